"""The order of the desk: what each task is worth today, and which comes first (domain.md 3.5)."""

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from customers.models import Business, Task
from customers.models.desk import TaskKind
from invoices.counted import changed_since_counted
from invoices.forecast_facts import late_shares
from invoices.models import AccountStanding, Invoice
from invoices.segments import treated_as
from invoices.standing import NOTHING, claims

Key = tuple[int | None, str]
# What somebody promised and did not do comes before everything else.
FIRST = {TaskKind.BROKEN_PROMISE}
MONTH = Decimal(30)
CERTAIN = Decimal(1)


@dataclass(frozen=True, slots=True)
class Worth:
    """What may be asked of a customer in one currency today, and how late the oldest of it is."""

    collectable: Decimal = NOTHING
    days_past_due: int = 0


NO_WORTH = Worth()


@dataclass(frozen=True, slots=True)
class Item:
    """A task as its place on the desk is decided: `amount` is its own, for what is not overdue yet. `weight`: of the segment.

    `chance`: of a courtesy call, how likely what it is about is paid late: a call before the due date is for that.
    """

    id: int
    kind: str
    due_on: datetime.date
    amount: Decimal
    worth: Worth
    weight: Decimal = Decimal(1)
    chance: Decimal = CERTAIN

    @property
    def priority(self) -> Decimal:
        """Collectable x (1 + days past due / 30) x weight; a task about something not overdue counts by its own amount, a
        courtesy call by as much of it as is likely to be late."""
        sum_of_it = self.worth.collectable or self.amount * self.chance
        return sum_of_it * (1 + max(0, self.worth.days_past_due) / MONTH) * self.weight


def ranked(items: Iterable[Item]) -> list[Item]:
    """Broken promises first, then the highest priority, the earliest due, the oldest."""
    return sorted(items, key=lambda item: (item.kind not in FIRST, -item.priority, item.due_on, item.id))


def rank(business: Business, tasks: QuerySet[Task], today: datetime.date) -> list[int]:
    """The ids of these tasks in the order of the desk, in nine queries at most however many there are."""
    return [item.id for item in placed(business, tasks, today)]


def placed(business: Business, tasks: QuerySet[Task], today: datetime.date) -> list[Item]:
    """These tasks with what they are worth, in the order of the desk, in nine queries at most."""
    rows = list(tasks.order_by().values_list("pk", "kind", "due_on", "amount", "customer_id", "currency"))
    ids = {row[4] for row in rows if row[4]}
    worth, weights = worths(business, ids, today), weights_of(business, ids, today)
    # Of all that is owed only where a task asks for it: a search for each task would be one of all customers each.
    largest = _largest(worth, business) if any(not row[5] for row in rows) else {}
    # Only where nothing is to be asked yet does it count how likely they are late; and only those are looked up.
    unasked = {row[4] for row in rows if _is_early(row[1], row[4]) and not _worth(worth, largest, row[4], row[5]).collectable}
    chances = late_shares(business, unasked, today)
    items = [
        Item(
            pk,
            kind,
            due_on,
            amount or NOTHING,
            _worth(worth, largest, customer_id, currency),
            weights.get(customer_id, Decimal(1)),
            chances.get((customer_id, currency), CERTAIN) if _is_early(kind, customer_id) else CERTAIN,
        )
        for pk, kind, due_on, amount, customer_id, currency in rows
    ]
    return ranked(items)


def weights_of(business: Business, customer_ids: Collection[int], today: datetime.date) -> dict[int, Decimal]:
    """What the segment of a customer counts in the order of calls, by customer id; left out where it counts as any other."""
    weight = business.rules["segments"]["weight"]
    treated = treated_as(business, customer_ids, today)
    return {pk: Decimal(weight[one.segment]) for pk, one in treated.items() if one.segment in weight}


def _largest(worth: Mapping[Key, Worth], business: Business) -> dict[int | None, Worth]:
    """By customer, for tasks without a currency of their own: what is owed most, in the business's currency where that is
    equal."""
    found: dict[int | None, tuple[Decimal, bool, Worth]] = {}
    for (customer_id, code), one in worth.items():
        theirs = (one.collectable, code == business.currency, one)
        if customer_id not in found or theirs[:2] > found[customer_id][:2]:
            found[customer_id] = theirs
    return {customer_id: theirs[2] for customer_id, theirs in found.items()}


def worths(business: Business, customer_ids: Iterable[int], today: datetime.date) -> dict[Key, Worth]:
    """What is overdue and may be asked for, by customer and currency (domain.md 1): as the night stored it, counted again for
    those who changed since."""
    ids, changed = set(customer_ids), changed_since_counted(business, today)
    if changed is None:
        return worths_now(business, ids, today)
    stored = AccountStanding.objects.filter(business=business, on=today, collectable__gt=0).order_by()
    found = {}
    unchanged = ids.difference(changed)
    for customer_id, code, amount, since in stored.values_list("customer_id", "currency", "collectable", "collectable_since"):
        if customer_id in unchanged:
            found[customer_id, code] = Worth(amount, (today - since).days)
    return found | worths_now(business, ids.intersection(changed), today)


def worths_now(business: Business, customer_ids: Iterable[int], today: datetime.date) -> dict[Key, Worth]:
    """The same, added up from the invoices themselves."""
    ids = list(customer_ids)
    against = claims(ids)
    late = Invoice.objects.filter(business=business, customer__in=ids, balance__gt=0, due_on__lt=today)
    late = late.filter(no_reminders=False, entry_hold=False)
    found: dict[Key, Worth] = {}
    for pk, customer_id, currency, balance, due_on in late.values_list("pk", "customer_id", "currency", "balance", "due_on"):
        promised = sum((amount for _due, amount in against.promised.get(pk, ())), NOTHING)
        free = balance - against.disputed.get(pk, NOTHING) - against.planned.get(pk, NOTHING) - promised
        if free > 0:
            before = found.get((customer_id, currency), Worth())
            days = max(before.days_past_due, (today - due_on).days)
            found[customer_id, currency] = Worth(before.collectable + free, days)
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """A task with what it is worth; `chance`: of a courtesy call, how likely they pay late, None where no night has said."""

    task: Task
    worth: Worth
    chance: Decimal | None = None


def with_worth(business: Business, tasks: Sequence[Task], today: datetime.date) -> list[Row]:
    """The tasks of a page, each with what may be asked of its customer today."""
    worth = worths_now(business, {task.customer_id for task in tasks if task.customer_id}, today)
    largest = _largest(worth, business)
    chances = late_shares(business, {task.customer_id for task in tasks if _is_early(task.kind, task.customer_id)}, today)
    return [
        Row(
            task,
            _worth(worth, largest, task.customer_id, task.currency),
            chances.get((task.customer_id, task.currency)) if _is_early(task.kind, task.customer_id) else None,
        )
        for task in tasks
    ]


def _is_early(kind: str, customer_id: int | None) -> bool:
    """Whether it is a call before anything is due."""
    return kind == TaskKind.COURTESY_CALL and customer_id is not None


def _worth(worth: Mapping[Key, Worth], largest: Mapping[int | None, Worth], customer_id: int | None, currency: str) -> Worth:
    return worth.get((customer_id, currency), NO_WORTH) if currency else largest.get(customer_id, NO_WORTH)
