"""Reads and writes what statutory interest rests on: the reference rates, and the invoices the owner waived it for (7.8)."""

import datetime
import tomllib
from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings
from django.db import transaction

from customers import log
from customers.models import Business, User
from customers.models.customer import Kind
from invoices.interest import Claim, Debt, Law, Scheme, claim_on
from invoices.models import Allocation, Invoice, WriteOff
from invoices.models.interest import InterestWaiver, Reference, ReferenceRate

NOTHING = Decimal(0)
REFERENCES = {Law.UK: Reference.BANK_OF_ENGLAND, Law.EU: Reference.ECB}
Table = Mapping[datetime.date, Decimal]


@cache
def shipped(reference: str) -> Table:
    """The rates this version came with, percent a year by day."""
    rows = _file()[reference].items()
    return {datetime.date.fromisoformat(on): Decimal(percent) for on, percent in rows}


def rates_of(business: Business, reference: str) -> dict[datetime.date, Decimal]:
    """The rates that count for a business: its own over the shipped ones."""
    own = ReferenceRate.objects.filter(business=business, reference=reference).values_list("on", "percent")
    return {**shipped(reference), **dict(own)}


def scheme_of(business: Business) -> Scheme | None:
    """The law whose interest this business claims; None where it claims none, as it does by default.

    The owner must have said that the contracts leave interest open (domain.md 7.8).
    """
    rules = business.rules
    law = Law(rules["statutory_interest"])
    if law == Law.OFF or not rules["interest_contracts_silent"]:
        return None
    margins = _file()["margin"]
    place = business.country if law == Law.EU and business.country in margins else law
    fixed = law == Law.UK and rules["uk_rate_mode"] == "FIXED"
    return Scheme(law, Decimal(margins[place]), rates_of(business, REFERENCES[law]), fixed)


def claims_of(
    business: Business, invoice_ids: Collection[int], until: datetime.date, apart: Mapping[int, Decimal] | None = None
) -> dict[int, Claim]:
    """What may be claimed on `until` beside these invoices, by invoice id, in each one's currency; in a fixed number of queries.

    Left out: customers who are no company, waived invoices, and those that are not late. `apart`: amounts that bear nothing
    because they are in dispute or in a plan.
    """
    scheme = scheme_of(business)
    if scheme is None:
        return {}
    late = Invoice.objects.filter(business=business, pk__in=invoice_ids, due_on__lt=until, customer__kind=Kind.COMPANY)
    rows = list(late.filter(interest_waiver=None).only("currency", "due_on", "total"))
    reductions = _reductions([row.pk for row in rows])
    found = {}
    for row in rows:
        principal = max(NOTHING, row.total - (apart or {}).get(row.pk, NOTHING))
        found[row.pk] = claim_on(Debt(row.currency, row.due_on, principal, tuple(reductions[row.pk])), scheme, until)
    return found


def waiver_of(invoice: Invoice) -> InterestWaiver | None:
    """The owner's waiver of interest beside this invoice; None where there is none, or nothing is claimed anyway."""
    if invoice.business.rules["statutory_interest"] == Law.OFF:
        return None
    return InterestWaiver.objects.filter(invoice=invoice).select_related("by").first()


@transaction.atomic
def save_rate(*, business: Business, reference: str, on: datetime.date, percent: Decimal, actor: User) -> None:
    """Sets the rate of that day for a business, in percent a year; it counts for every claim from now on."""
    before = rates_of(business, reference).get(on)
    ReferenceRate.objects.update_or_create(business=business, reference=reference, on=on, defaults={"percent": percent})
    _record_rate(business, reference, on, before, percent, actor)


@transaction.atomic
def forget_rate(*, rate: ReferenceRate, actor: User) -> None:
    """Takes the owner's own rate out: the shipped one counts again, or none."""
    rate.delete()
    after = shipped(rate.reference).get(rate.on)
    _record_rate(rate.business, rate.reference, rate.on, rate.percent, after, actor)


@transaction.atomic
def waive_interest(*, invoice: Invoice, on: datetime.date, reason: str, actor: User) -> None:
    """Claims nothing beside this invoice from now on. Doing it twice changes nothing."""
    values = {"business": invoice.business, "on": on, "reason": reason, "by": actor}
    _row, new = InterestWaiver.objects.get_or_create(invoice=invoice, defaults=values)
    if new:
        _record_waiver("invoice.interest_waived", invoice, actor)


@transaction.atomic
def claim_interest_again(*, invoice: Invoice, actor: User) -> None:
    """Takes the waiver of this invoice back."""
    gone, _ = InterestWaiver.objects.filter(invoice=invoice).delete()
    if gone:
        _record_waiver("invoice.interest_claimed", invoice, actor)


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads((settings.BASE_DIR / "invoices" / "rates.toml").read_text(encoding="utf-8"))


def _reductions(invoice_ids: Collection[int]) -> dict[int, list[tuple[datetime.date, Decimal]]]:
    """What came off each invoice and was not taken back: payments and credits by value date, and write-offs."""
    found: dict[int, list[tuple[datetime.date, Decimal]]] = defaultdict(list)
    for model in (Allocation, WriteOff):
        rows = model.objects.filter(invoice__in=invoice_ids, reversed_on=None).order_by("on", "id")
        for invoice_id, on, amount in rows.values_list("invoice_id", "on", "amount"):
            found[invoice_id].append((on, amount))
    return found


def _record_rate(
    business: Business, reference: str, on: datetime.date, before: Decimal | None, after: Decimal | None, actor: User
) -> None:
    change = [None if percent is None else f"{percent:f}" for percent in (before, after)]
    subject = f"business:{business.pk}"
    log.record(business, "business.rate_changed", subject, actor=actor, reference=reference, on=on.isoformat(), change=change)


def _record_waiver(kind: str, invoice: Invoice, actor: User) -> None:
    log.record(invoice.business, kind, f"invoice:{invoice.pk}", customer=invoice.customer, actor=actor)
