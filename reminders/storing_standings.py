"""Writes what each customer owes at the beginning of a day, so that no page adds up the whole ledger."""

import datetime
from collections.abc import Collection, Iterator

from django.db import transaction
from django.db.models import Q

from customers import log
from customers.models import Business
from customers.spans import spans
from invoices.models import AccountStanding, LedgerDay
from reminders.account_sums import ACCOUNT, AGES, Key, Sums, live_sums
from reminders.worklist import Worth, worths_now

# So many customers are held in memory, and written in one transaction, at a time.
BATCH = 2000
NAMES = ("on", *AGES, "overdue", "unapplied", "disputed", "oldest_due_on", "collectable", "collectable_since")


def store_standings(*, business: Business, today: datetime.date) -> int:
    """Stores every account anew and removes those with nothing left; returns the last Event they are certain to know.

    Whatever changes while they are counted has a later Event, so that `reminders.standing` counts that customer again.
    """
    through = certain_through(business, today)
    for _last in store_accounts(business, today):
        pass
    return through


def certain_through(business: Business, today: datetime.date) -> int:
    """The last Event which accounts counted from now on know. Raises ValueError where the accounts of a later day are stored:
    pages would take these for them."""
    if LedgerDay.objects.filter(business=business, backfilled=False, on__gt=today).exists():
        raise ValueError(f"The accounts of a day after {today} are stored.")
    with transaction.atomic():
        return log.horizon(business)


def store_accounts(business: Business, today: datetime.date, after: int = 0) -> Iterator[int]:
    """Stores the accounts of the customers with a greater id than `after`, some at a time, and yields the last id of
    each time."""
    for first, last in spans(business, after, BATCH):
        _store(business, today, Q(customer_id__gte=first, customer_id__lte=last))
        yield last


def store_accounts_of(business: Business, today: datetime.date, customer_ids: Collection[int]) -> None:
    """Stores the accounts of these customers, who fit into memory."""
    _store(business, today, Q(customer__in=customer_ids))


@transaction.atomic
def _store(business: Business, today: datetime.date, whose: Q) -> None:
    counted = live_sums(business, today, by=ACCOUNT, whose=whose)
    known = AccountStanding.objects.filter(whose, business=business).values_list("pk", "customer_id", "currency")
    gone = [pk for pk, *account in known if tuple(account) not in counted]
    AccountStanding.objects.filter(pk__in=gone).delete()
    worth = worths_now(business, {customer_id for customer_id, _currency in counted}, today)
    rows = [_row(business, today, account, sums, worth.get(account, Worth())) for account, sums in counted.items()]
    AccountStanding.objects.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=["customer", "currency"], update_fields=NAMES
    )


def _row(business: Business, today: datetime.date, account: Key, sums: Sums, worth: Worth) -> AccountStanding:
    customer_id, currency = account
    since = today - datetime.timedelta(days=worth.days_past_due)
    return AccountStanding(
        business=business,
        customer_id=customer_id,
        currency=currency,
        on=today,
        **dict(zip(AGES, sums.ages, strict=True)),
        overdue=sums.overdue,
        unapplied=sums.unapplied,
        disputed=sums.disputed,
        oldest_due_on=sums.oldest_due_on,
        collectable=worth.collectable,
        collectable_since=since if worth.collectable else None,
    )
