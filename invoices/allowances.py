"""Says how much may be given up with a payment, and by whom: little by anybody, more by an owner. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from arcollect.money import format_plain, quantize
from invoices.models import Invoice
from invoices.models.money import WriteOffKind

GIVEN_UP = (WriteOffKind.DISCOUNT, WriteOffKind.CHARGES, WriteOffKind.SMALL_BALANCE)


# By invoice and kind, what was given up.
Given = defaultdict[tuple[int, str], Decimal]


def beyond(
    write_offs: Iterable[tuple[Invoice, Decimal, str]], rules: Mapping[str, Any], agreed_pct: Decimal | None, given: Given
) -> str:
    """Why only an owner may give up these parts of invoices, all of one customer and one payment, or "".

    `rules`: the settings below "matching"; `agreed_pct`: the discount agreed with the customer, 2 for 2 %; `given`: what was
    given up before, and counts against the limit of an invoice; these parts are added to it.
    """
    charges: Decimal = Decimal(0)
    for invoice, amount, kind in write_offs:
        given[invoice.pk, kind] += amount
        most, whole = Decimal(rules["small_balance"]), given[invoice.pk, kind]
        if kind == WriteOffKind.CHARGES:
            charges, most = charges + amount, Decimal(rules["charges_up_to"])
            whole = max(whole, charges)
        elif kind == WriteOffKind.DISCOUNT:
            most = _discount(invoice, rules, agreed_pct)
        if whole > most:
            words = _("%(amount)s of invoice %(number)s is more than may be given up so: only an owner can.")
            return words % {"amount": format_plain(whole, invoice.currency), "number": invoice.number}
    return ""


def _discount(invoice: Invoice, rules: Mapping[str, Any], agreed_pct: Decimal | None) -> Decimal:
    """What was agreed with the customer or, where that is more, what is let pass with everybody."""
    share = max(Decimal(rules["discount_pct_up_to"]), (agreed_pct or Decimal(0)) / 100)
    return quantize(invoice.total * share, invoice.currency)
