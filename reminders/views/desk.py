"""The desk: who do I call now, and what else is there to do today?"""

import datetime
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Sum, Value, When
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as lazy

from arcollect.listing import Column, Filter, Listing, Option, search_in
from arcollect.money import format_plain
from customers.access import member_view
from customers.models import Business, Conversation, Membership, Task
from customers.models.business import Role
from customers.models.desk import CALL_KINDS, Outcome, TaskKind, TaskState
from customers.views.clock import today_of
from customers.views.tasks import worklist
from invoices.models import Promise
from reminders.worklist import Row, placed, rank, with_worth

CALLS = {*CALL_KINDS, TaskKind.BROKEN_PROMISE}
PLAN_KINDS = [TaskKind.PLAN_PROPOSAL, TaskKind.PLAN_COUNTER, TaskKind.PLAN_COUNTERSIGN]
# What belongs together on the desk: what it is called, its icon and its kinds of task.
GROUPS = {
    "calls": (lazy("Calls"), "phone", [kind for kind in CALL_KINDS if kind != TaskKind.BROKEN_PROMISE]),
    "promises": (lazy("Promises"), "calendar-dollar", [TaskKind.BROKEN_PROMISE, TaskKind.PROMISE_DUE]),
    "queries": (lazy("Queries"), "message-question", [TaskKind.DISPUTE]),
    "claims": (lazy("To check"), "checks", [TaskKind.VERIFY_CLAIM]),
    "contacts": (lazy("Contacts"), "user", [TaskKind.VERIFY_AP, TaskKind.FIND_CONTACT, TaskKind.CONTACT_CHANGE]),
    "plans": (lazy("Plans"), "calendar-repeat", PLAN_KINDS),
    "letters": (lazy("Letters"), "mail", [TaskKind.REVIEW_LETTER]),
    "money": (lazy("Money to match"), "cash", [TaskKind.MATCH_CASH, TaskKind.BANK]),
    "refunds": (lazy("Money to pay back"), "arrow-back-up", [TaskKind.REFUND]),
    "invoices": (lazy("Invoices to put right"), "file-invoice", [TaskKind.FIX_INVOICE, TaskKind.CONFLICT]),
    "mail": (lazy("Messages"), "inbox", [TaskKind.ANSWER_MAIL]),
    "decisions": (lazy("Decisions"), "user-shield", [TaskKind.DECIDE, TaskKind.WARNING]),
    "other": (lazy("Other"), "dots", [TaskKind.OTHER]),
}
GROUP_OF = {kind: name for name, (_label, _icon, kinds) in GROUPS.items() for kind in kinds}


@member_view
def task_list(request: HttpRequest) -> HttpResponseBase:
    """Everything to do today in the order of its worth, with counts and sums by kind; `?group=kind` keeps kinds together."""
    business, today = request.business, today_of(request)
    grouped = request.GET.get("group") == "kind"
    rows = worklist(business)
    ready = rows.filter(state=TaskState.OPEN, starts_on__lte=today)
    if not request.membership.is_owner:
        ready = ready.filter(role=Role.BOOKKEEPER)
    order = placed(business, ready, today)
    first = [item.id for item in order if item.kind in CALLS][:1]
    later = rows.filter(state=TaskState.OPEN, starts_on__gt=today)
    context = {
        "today": today,
        "calls": CALL_KINDS,
        "grouped": grouped,
        "tiles": tiles(ready, today),
        "first_call": with_worth(business, list(rows.filter(pk__in=first)), today),
        "coming": later.order_by("starts_on", "pk").first(),
        "done": done_today(business, today),
    }
    known = [item.id for item in order]
    shown = listing(business, today, request.membership, grouped=grouped, known=known)
    return shown.respond(request, rows, "reminders/task_list.html", context)


def tiles(ready: QuerySet[Task], today: datetime.date) -> list[dict[str, Any]]:
    """For each group with something to do: how much, what sum in each currency, how much of it late. One query."""
    counts = (
        ready.order_by()
        .values("kind", "currency")
        .annotate(n=Count("pk"), sum=Sum("amount"), late=Count("pk", filter=Q(due_on__lt=today)))
    )
    found: dict[str, dict[str, Any]] = {}
    for row in counts:
        name = GROUP_OF[row["kind"]]
        label, icon, _kinds = GROUPS[name]
        tile = found.setdefault(name, {"name": name, "label": label, "icon": icon, "count": 0, "late": 0, "sums": {}})
        tile["count"] += row["n"]
        tile["late"] += row["late"]
        if row["currency"] and row["sum"]:
            tile["sums"][row["currency"]] = tile["sums"].get(row["currency"], 0) + row["sum"]
    return [found[name] for name in GROUPS if name in found]


def done_today(business: Business, today: datetime.date) -> dict[str, Any]:
    """What this day has seen done: tasks, calls that reached somebody, sums promised by currency. Three queries."""
    start = timezone.now() - datetime.timedelta(days=2)
    spoken = Conversation.objects.filter(business=business, outcome=Outcome.REACHED, at__gt=start).values_list("at", flat=True)
    promised = Promise.objects.filter(business=business, made_on=today).order_by().values_list("currency")
    return {
        "tasks": Task.objects.filter(business=business, state=TaskState.DONE, closed_on=today).count(),
        "talks": sum(business.local_date(at) == today for at in spoken),
        "promised": list(promised.annotate(sum=Sum("amount"))),
    }


def listing(
    business: Business, today: datetime.date, member: Membership, *, grouped: bool = False, known: Sequence[int] = ()
) -> Listing:
    """How the desk is searched, filtered and sorted on this day; a bookkeeper sees the owner's tasks on demand. `known`: the
    ids of tasks whose order is known already."""
    is_open = Q(state=TaskState.OPEN)
    when = [
        Option("now", lazy("On the desk"), is_open & Q(starts_on__lte=today)),
        Option("late", lazy("Late"), is_open & Q(due_on__lt=today)),
        Option("later", lazy("Later"), is_open & Q(starts_on__gt=today)),
        Option("closed", lazy("Done"), ~is_open),
    ]
    who = [
        Option("me", lazy("Mine"), Q(assigned_to=member.user_id)),
        Option("books", lazy("The bookkeepers'"), Q(role=Role.BOOKKEEPER)),
        Option("owner", lazy("The owner's"), Q(role=Role.OWNER)),
    ]
    kinds = [Option(name, label, Q(kind__in=kinds)) for name, (label, _icon, kinds) in GROUPS.items()]
    return Listing(
        name="tasks",
        columns=COLUMNS,
        sort="due",
        rank=partial(_rank, business, today, grouped, known),
        prepare=lambda tasks: with_worth(business, tasks, today),
        filters=[
            Filter("when", lazy("When"), when, default="now", pills=True),
            Filter("kind", lazy("Kind"), kinds, everything=lazy("Every kind")),
            Filter("who", lazy("Whose"), who, everything=lazy("Everybody's"), default="" if member.is_owner else "books"),
        ],
        search=search_in("customer__name", "customer__reference", "reason"),
        hint=lazy("Customer, reason"),
    )


def _rank(business: Business, today: datetime.date, grouped: bool, known: Sequence[int], rows: QuerySet[Task]) -> Sequence[int]:
    """By worth; grouped, by group first."""
    wanted = set(rows.order_by().values_list("pk", flat=True))
    ids = [pk for pk in known if pk in wanted]
    if len(ids) < len(wanted):
        ids = rank(business, rows, today)
    if not grouped:
        return ids
    places = [When(kind__in=kinds, then=Value(place)) for place, (_label, _icon, kinds) in enumerate(GROUPS.values())]
    group = dict(rows.order_by().annotate(group=Case(*places, output_field=IntegerField())).values_list("pk", "group"))
    return sorted(ids, key=lambda pk: group[pk])


def _plain(row: Row) -> str:
    task = row.task
    return "" if task.amount is None or not task.currency else format_plain(task.amount, task.currency)


COLUMNS = [
    Column("kind", lazy("What"), lambda row: row.task.get_kind_display(), ("kind",)),
    Column("customer", lazy("Customer"), lambda row: row.task.customer.name if row.task.customer else "", ("customer__name",)),
    Column("reason", lazy("Why"), lambda row: row.task.reason),
    Column("late", lazy("Days late"), lambda row: row.worth.days_past_due or "", numeric=True),
    Column("due", lazy("Due"), lambda row: row.task.due_on, ("due_on",)),
    Column("currency", lazy("Currency"), lambda row: row.task.currency, screen=False),
    Column("amount", lazy("Amount"), _plain, ("amount",), numeric=True),
    Column("who", lazy("Who"), lambda row: str(row.task.assigned_to or ""), ("assigned_to__email",)),
    Column("outcome", lazy("Outcome"), lambda row: row.task.outcome_words, screen=False),
]
