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


def beyond(write_offs: Iterable[tuple[Invoice, Decimal, str]], rules: Mapping[str, Any], agreed_pct: Decimal | None) -> str:
    """Why only an owner may give up these parts of invoices, all of one customer and one payment, or "".

    `rules`: the settings below "matching"; `agreed_pct`: the discount agreed with the customer, 2 for 2 %.
    """
    charges: Decimal = Decimal(0)
    discounts: dict[int, Decimal] = defaultdict(Decimal)
    for invoice, amount, kind in write_offs:
        most = Decimal(rules["small_balance"])
        if kind == WriteOffKind.CHARGES:
            charges, most = charges + amount, Decimal(rules["charges_up_to"])
        elif kind == WriteOffKind.DISCOUNT:
            discounts[invoice.pk] += amount
            most = _discount(invoice, rules, agreed_pct)
        given = {WriteOffKind.CHARGES: charges, WriteOffKind.DISCOUNT: discounts[invoice.pk]}.get(kind, amount)
        if given > most:
            words = _("%(amount)s of invoice %(number)s is more than may be given up so: only an owner can.")
            return words % {"amount": format_plain(given, invoice.currency), "number": invoice.number}
    return ""


def _discount(invoice: Invoice, rules: Mapping[str, Any], agreed_pct: Decimal | None) -> Decimal:
    """What was agreed with the customer or, where that is more, what is let pass with everybody."""
    share = max(Decimal(rules["discount_pct_up_to"]), (agreed_pct or Decimal(0)) / 100)
    return quantize(invoice.total * share, invoice.currency)
