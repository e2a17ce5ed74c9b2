"""Reads who has got into trouble and was not called about it yet (domain.md 5, DETERIORATING)."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from django.db.models import Sum

from customers.models import Business
from invoices.models import Invoice
from invoices.models.insight import CustomerScore, Segment, SegmentOverride
from invoices.segments import acts, treated_as
from reminders.following import Happened
from reminders.models import FollowUp, Occasion
from reminders.treating import warning_calls


def worsening(business: Business, today: datetime.date, only: Iterable[int] | None = None) -> Iterator[Happened]:
    """Those whose segment says so and for whom no call was asked for since it began, with all they have open, the earliest
    first and no more of them a day than other new calls.

    `only`: ids of customers to look at, instead of all.
    """
    if not acts(business, today):
        return
    found = _candidates(business)
    if not found:
        return
    treated = treated_as(business, found if only is None else found & set(only), today)
    since = {pk: one.since for pk, one in treated.items() if one.segment == Segment.DETERIORATING}
    called = warning_calls(since)
    new = {pk: on for pk, on in since.items() if pk not in called}
    within, owed = business.rules["segments"]["warning_call_bd"], _most_owed(business, new)
    for pk in sorted(owed, key=lambda pk: (since[pk], pk))[: _left(business, today)]:
        currency, invoices = owed[pk]
        amount = sum(invoices.values(), Decimal(0))
        subject = f"worsening:{pk}-{since[pk].isoformat()}"
        yield Happened(Occasion.WORSENING, subject, pk, currency, since[pk], amount, frozenset(invoices), {}, within=within)


def _left(business: Business, today: datetime.date) -> int | None:
    """How many such calls may still be asked for today, or None without a limit: the first nights may find very many."""
    most = business.rules["max_new_call_tasks_per_day"]
    asked = FollowUp.objects.filter(business=business, occasion=Occasion.WORSENING, on=today).count()
    return max(0, most - asked) if most else None


def _candidates(business: Business) -> set[int]:
    scored = CustomerScore.objects.filter(business=business, segment=Segment.DETERIORATING)
    set_by_hand = SegmentOverride.objects.filter(business=business, segment=Segment.DETERIORATING, ended_on=None)
    return {*scored.values_list("customer_id", flat=True), *set_by_hand.values_list("customer_id", flat=True)}


def _most_owed(business: Business, ids: Iterable[int]) -> Mapping[int, tuple[str, dict[int, Decimal]]]:
    """By customer id, the currency they owe most in, with its open invoices: one call speaks of that.

    Amounts of two currencies are never compared: most is the largest share of all that is owed to the business in a currency.
    """
    rows = Invoice.objects.filter(customer__in=list(ids), balance__gt=0).order_by("customer_id", "currency", "id")
    owed: dict[int, dict[str, dict[int, Decimal]]] = defaultdict(lambda: defaultdict(dict))
    for customer_id, currency, pk, balance in rows.values_list("customer_id", "currency", "pk", "balance"):
        owed[customer_id][currency][pk] = balance
    whole = _owed_to(business, {currency for accounts in owed.values() if len(accounts) > 1 for currency in accounts})
    return {
        customer_id: max(accounts.items(), key=lambda account: sum(account[1].values()) / whole.get(account[0], Decimal(1)))
        for customer_id, accounts in owed.items()
    }


def _owed_to(business: Business, currencies: Iterable[str]) -> dict[str, Decimal]:
    """All that is open in each of these currencies; no query without any."""
    rows = Invoice.objects.filter(business=business, currency__in=list(currencies), balance__gt=0).order_by()
    return dict(rows.values_list("currency").annotate(sum=Sum("balance")))
