"""Reads where we stand: what the night stored, counted again for the customers who changed since; and how it went day by day."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import F, Min, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext

from customers.models import Business, Customer
from invoices.counted import changed_since_counted
from invoices.metrics import CURRENT, NOTHING, bucket_names
from invoices.models import AccountStanding, Invoice, LedgerDay
from invoices.money_in import came_in
from reminders.account_sums import ACCOUNT, Key, Sums, live_sums, stored_sums

DEBTORS = 5
RECEIVED_DAYS = 30

# By currency: (customer id, overdue, owed, the oldest due date).
Late = dict[str, list[tuple[int, Decimal, Decimal, datetime.date]]]


@dataclass(frozen=True, slots=True)
class Bucket:
    """The open invoices of one age in one currency; `share` of all that is owed, in per cent."""

    name: str
    amount: Decimal
    share: int

    @property
    def label(self) -> str:
        """What people call it."""
        return gettext("Not due") if self.name == CURRENT else self.name


@dataclass(frozen=True, slots=True)
class Debtor:
    """A customer who owes overdue money, and since when."""

    customer_id: int
    name: str
    overdue: Decimal
    owed: Decimal
    days_late: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where we stand in one currency. `unapplied` came in and is on no invoice yet; `disputed` is part of `owed`."""

    currency: str
    buckets: list[Bucket]
    unapplied: Decimal = NOTHING
    disputed: Decimal = NOTHING
    received: Decimal = NOTHING
    debtors: list[Debtor] = field(default_factory=list)

    @property
    def owed(self) -> Decimal:
        """Everything open."""
        return sum((bucket.amount for bucket in self.buckets), NOTHING)

    @property
    def overdue(self) -> Decimal:
        """What is open and past its due date."""
        return self.owed - self.buckets[0].amount

    @property
    def overdue_share(self) -> int:
        """Overdue in per cent of what is owed."""
        return percent(self.overdue, self.owed)


def percent(part: Decimal, whole: Decimal) -> int:
    """The part in whole per cent; 0 of nothing."""
    return round(part * 100 / whole) if whole else 0


def standings(business: Business, today: datetime.date) -> list[Standing]:
    """One a currency, that of the business first, in at most ten queries and one a currency, however large the ledger is."""
    return standings_with(business, today, changed_since_counted(business, today))


def standings_with(business: Business, today: datetime.date, changed: list[int] | None) -> list[Standing]:
    """The same where the customers that changed since the night were read already; None: not to be patched."""
    if changed is None:
        sums, late = live_sums(business, today), _live_late(business, today)
    else:
        sums, late = _patched(business, today, changed)
    debtors = _debtors(late, today)
    received = came_in(business, today - datetime.timedelta(days=RECEIVED_DAYS - 1), today)
    codes = {code for (code,), one in sums.items() if one.owed or one.unapplied} | received.keys()
    return [
        Standing(
            currency=code,
            buckets=_buckets(sums.get((code,), Sums())),
            unapplied=sums.get((code,), Sums()).unapplied,
            disputed=sums.get((code,), Sums()).disputed,
            received=received.get(code, NOTHING),
            debtors=debtors.get(code, []),
        )
        for code in sorted(codes, key=lambda code: (code != business.currency, code))
    ]


def sums_now(business: Business, today: datetime.date) -> dict[Key, Sums]:
    """What is owed, not matched and in dispute, by (currency,): as the night stored it, counted again for those who changed
    since. At most seven queries."""
    changed = changed_since_counted(business, today)
    if changed is None:
        return live_sums(business, today)
    return _with_accounts(stored_sums(_others(business, today, changed)), _accounts(business, today, changed))


def latest_day(business: Business, currency: str, today: datetime.date) -> LedgerDay | None:
    """The newest night up to `today` that counted anything in this currency; None before the first. One query."""
    days = LedgerDay.objects.filter(business=business, currency=currency, on__lte=today, backfilled=False)
    return days.exclude(figures={}).order_by("-on").first()


def trend(business: Business, currency: str, since: datetime.date) -> list[LedgerDay]:
    """Every day there is from `since` on, oldest first: nights, and before them what was computed afterwards. One query."""
    days = LedgerDay.objects.filter(business=business, currency=currency, on__gte=since)
    return list(days.exclude(figures={}).order_by("on"))


def _patched(business: Business, today: datetime.date, changed: list[int]) -> tuple[dict[Key, Sums], Late]:
    """What was stored of all others, and the accounts of `changed` as they are now, in five queries and one a currency."""
    stored, accounts = _others(business, today, changed), _accounts(business, today, changed)
    sums = _with_accounts(stored_sums(stored), accounts)
    late = _stored_late(stored, [code for (code,) in sums])
    for (customer_id, currency), account in accounts.items():
        if account.overdue and account.oldest_due_on:
            late[currency].append((customer_id, account.overdue, account.owed, account.oldest_due_on))
    return sums, late


def _others(business: Business, today: datetime.date, changed: list[int]) -> QuerySet[AccountStanding]:
    return AccountStanding.objects.filter(business=business, on=today).exclude(customer__in=changed)


def _accounts(business: Business, today: datetime.date, changed: list[int]) -> dict[Key, Sums]:
    return live_sums(business, today, by=ACCOUNT, whose=Q(customer__in=changed)) if changed else {}


def _with_accounts(sums: dict[Key, Sums], accounts: Mapping[Key, Sums]) -> dict[Key, Sums]:
    for (_customer_id, currency), account in accounts.items():
        sums.setdefault((currency,), Sums()).add(account)
    return sums


def _debtors(late: Late, today: datetime.date) -> dict[str, list[Debtor]]:
    """Who owes most overdue money in each currency: amounts of two currencies are not to be compared. One query."""
    first = {code: sorted(rows, key=lambda row: (-row[1], row[0]))[:DEBTORS] for code, rows in late.items()}
    ids = {row[0] for rows in first.values() for row in rows}
    names = dict(Customer.objects.filter(pk__in=ids).values_list("pk", "name"))
    return {
        code: [Debtor(pk, names[pk], overdue, owed, (today - oldest).days) for pk, overdue, owed, oldest in rows]
        for code, rows in first.items()
    }


def _buckets(sums: Sums) -> list[Bucket]:
    amounts = zip(bucket_names(), sums.ages, strict=True)
    return [Bucket(name, amount, percent(amount, sums.owed)) for name, amount in amounts]


def _live_late(business: Business, today: datetime.date) -> Late:
    accounts = (
        Invoice.objects.filter(business=business, balance__gt=0)
        .order_by()
        .values("currency", "customer_id")
        .annotate(
            owed=Sum("balance"),
            overdue=Sum("balance", filter=Q(due_on__lt=today), default=NOTHING),
            oldest=Min("due_on"),
        )
    )
    return _first_of(accounts)


def _stored_late(stored: QuerySet[AccountStanding], codes: Iterable[str]) -> Late:
    """In a query a currency: each reads a few rows of the index, where ranking all in one reads every customer."""
    found: Late = defaultdict(list)
    names = ("customer_id", "overdue", "current", "oldest_due_on")
    for code in codes:
        first = stored.filter(currency=code, overdue__gt=0).order_by("-overdue", "customer_id")[:DEBTORS]
        found[code] = [(pk, late, late + current, oldest) for pk, late, current, oldest in first.values_list(*names)]
    return found


def _first_of(accounts: QuerySet[Any]) -> Late:
    """Those with most overdue in each currency; without their names, which would be looked up for everybody."""
    place = Window(RowNumber(), partition_by="currency", order_by=[F("overdue").desc(), "customer_id"])
    found: Late = defaultdict(list)
    for row in accounts.annotate(rank=place).filter(rank__lte=DEBTORS, overdue__gt=0):
        found[row["currency"]].append((row["customer_id"], row["overdue"], row["owed"], row["oldest"]))
    return found
