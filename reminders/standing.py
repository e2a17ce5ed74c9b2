"""Reads where we stand: what the night stored, counted again for the customers who changed since; and how it went day by day."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import F, Min, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext

from customers.models import Business, Customer, Event
from invoices.metrics import CURRENT, NOTHING, bucket_names
from invoices.models import AccountStanding, Invoice, LedgerDay, Payment
from reminders.account_sums import ACCOUNT, Key, Sums, live_sums, stored_sums

DEBTORS = 5
RECEIVED_DAYS = 30
# Of more customers than this the ledger is added up whole; the jobs store it anew soon after.
CHANGED_AT_MOST = 500
# What is logged under these names never changes what anybody owes, or may be asked for.
HARMLESS = ("letter.", "task.", "step.", "contact.", "mail.", "preflight.", "score.", "call.", "paper.", "draft.")
# What takes out, or lets go, invoices of customers it does not name.
OF_NOBODY = ("import.undone", "ledger.released")


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
    """One a currency, that of the business first, in at most ten queries, however large the ledger is."""
    changed = changed_since_counted(business, today)
    if changed is None:
        sums, debtors = live_sums(business, today), _live_debtors(business, today)
    else:
        sums, debtors = _patched(business, today, changed)
    received = _received(business, today)
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


def changed_since_counted(business: Business, today: datetime.date) -> list[int] | None:
    """The customers whose stored account may no longer be true; None where that is too many, or today's was not stored.

    Two queries.
    """
    through = counted_through(business, today)
    if not through:
        return None
    later = Event.objects.filter(business=business, pk__gt=through)
    known = Q(customer__isnull=False)
    for name in HARMLESS:
        known &= ~Q(kind__startswith=name)
    ids = later.filter(known | Q(kind__in=OF_NOBODY)).order_by().values_list("customer_id", flat=True).distinct()
    changed = list(ids[: CHANGED_AT_MOST + 1])
    return None if None in changed or len(changed) > CHANGED_AT_MOST else changed


def counted_through(business: Business, today: datetime.date) -> int:
    """The last Event today's stored accounts are certain to know; 0 where those stored are of another day. One query."""
    nights = LedgerDay.objects.filter(business=business, backfilled=False, on__gte=today)
    days = dict(nights.values_list("on").annotate(through=Min("through")).order_by())
    return days.get(today, 0) if days.keys() == {today} else 0


def events_since(business: Business, through: int, most: int) -> int:
    """How much happened since; counts no further than `most`."""
    return Event.objects.filter(business=business, pk__gt=through).order_by()[:most].count()


def latest_day(business: Business, currency: str, today: datetime.date) -> LedgerDay | None:
    """The newest night up to `today` that counted anything in this currency; None before the first. One query."""
    days = LedgerDay.objects.filter(business=business, currency=currency, on__lte=today, backfilled=False)
    return days.exclude(figures={}).order_by("-on").first()


def trend(business: Business, currency: str, since: datetime.date) -> list[LedgerDay]:
    """Every day there is from `since` on, oldest first: nights, and before them what was computed afterwards. One query."""
    days = LedgerDay.objects.filter(business=business, currency=currency, on__gte=since)
    return list(days.exclude(figures={}).order_by("on"))


def _patched(business: Business, today: datetime.date, changed: list[int]) -> tuple[dict[Key, Sums], dict[str, list[Debtor]]]:
    """What was stored of all others, and the accounts of `changed` as they are now, in seven queries."""
    stored = AccountStanding.objects.filter(business=business, on=today).exclude(customer__in=changed)
    sums, accounts = stored_sums(stored), live_sums(business, today, by=ACCOUNT, whose=Q(customer__in=changed))
    for (_customer_id, currency), account in accounts.items():
        sums.setdefault((currency,), Sums()).add(account)
    debtors = _stored_debtors(stored, today)
    names = dict(Customer.objects.filter(pk__in=changed).values_list("pk", "name"))
    for (customer_id, currency), account in accounts.items():
        if account.overdue and account.oldest_due_on:
            days = (today - account.oldest_due_on).days
            debtor = Debtor(customer_id, names[customer_id], account.overdue, account.owed, days)
            debtors.setdefault(currency, []).append(debtor)
    first = {code: sorted(rows, key=lambda row: (-row.overdue, row.customer_id))[:DEBTORS] for code, rows in debtors.items()}
    return sums, first


def _buckets(sums: Sums) -> list[Bucket]:
    amounts = zip(bucket_names(), sums.ages, strict=True)
    return [Bucket(name, amount, percent(amount, sums.owed)) for name, amount in amounts]


def _received(business: Business, today: datetime.date) -> dict[str, Decimal]:
    since = today - datetime.timedelta(days=RECEIVED_DAYS)
    rows = Payment.objects.filter(business=business, returned_on=None, received_on__gt=since, received_on__lte=today)
    return dict(rows.order_by().values_list("currency").annotate(sum=Sum("amount")))


def _live_debtors(business: Business, today: datetime.date) -> dict[str, list[Debtor]]:
    """The customers who owe most overdue money in each currency: amounts of two currencies are not to be compared."""
    late = Q(due_on__lt=today)
    accounts = (
        Invoice.objects.filter(business=business, balance__gt=0)
        .order_by()
        .values("currency", "customer_id", "customer__name")
        .annotate(owed=Sum("balance"), overdue=Sum("balance", filter=late, default=NOTHING), oldest=Min("due_on"))
    )
    return _first_of(accounts, today)


def _stored_debtors(stored: QuerySet[AccountStanding], today: datetime.date) -> dict[str, list[Debtor]]:
    owed = F("current") + F("overdue")
    names = ("currency", "customer_id", "customer__name", "overdue")
    return _first_of(stored.order_by().annotate(owed=owed, oldest=F("oldest_due_on")).values(*names, "owed", "oldest"), today)


def _first_of(accounts: QuerySet[Any], today: datetime.date) -> dict[str, list[Debtor]]:
    place = Window(RowNumber(), partition_by="currency", order_by=[F("overdue").desc(), "customer_id"])
    rows: Iterable[dict[str, Any]] = accounts.annotate(rank=place).filter(rank__lte=DEBTORS, overdue__gt=0)
    found: dict[str, list[Debtor]] = defaultdict(list)
    for row in rows.order_by("currency", "rank"):
        days = (today - row["oldest"]).days
        found[row["currency"]].append(Debtor(row["customer_id"], row["customer__name"], row["overdue"], row["owed"], days))
    return dict(found)
