"""One customer on one page: where do we stand with them, and what next?"""

import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as lazy

from arcollect.ids import read_id
from arcollect.phones import show_phone
from customers.access import get_row, member_view
from customers.alike import one_and_merged
from customers.models import Customer, Letter
from customers.models.desk import TaskState
from customers.models.letter import LetterState
from customers.views.clock import today_of
from customers.views.tasks import worklist
from invoices.account import kept_promises, positions
from invoices.models.agreement import BLOCKING_PLAN_STATES, LIVE_PLAN_STATES, PlanState, PromiseState
from invoices.models.settlement import LIVE_SETTLEMENT_STATES
from reminders.behaviour_panel import read_panel
from reminders.hand_offs import block_of
from reminders.levels import with_levels
from reminders.models import HandOffState
from reminders.next_action import next_action, starts_on
from reminders.policies import chosen_name, title
from reminders.timeline import of_customer

RECENT = 6
LINKS = 3
STORY = 50
STORIES = {
    "": lazy("Everything"),
    "letters": lazy("Letters and mail"),
    "calls": lazy("Calls"),
    "agreed": lazy("Promises, plans, queries"),
    "money": lazy("Money and invoices"),
    "person": lazy("Contacts and flags"),
    "tasks": lazy("Tasks"),
}


@member_view
def customer_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What they owe and since when, the next step with its reason, what was agreed, whom to call, and all that happened."""
    customer = get_row(request, Customer.objects.select_related("business"), pk)
    today = today_of(request)
    context = _account(customer, today) | _people(customer, today) | _story(customer)
    context["behaviour"] = None if customer.merged_into_id else read_panel(customer, today)
    return render(request, "customers/customer_detail.html", context)


@member_view
def customer_timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """The story of a customer on a page of its own, all of it or one part, to be read or printed; older entries in place."""
    customer = get_row(request, Customer.objects.select_related("business"), pk)
    before, part, printed = request.GET.get("before", ""), request.GET.get("show", ""), "print" in request.GET
    since = parse_date(request.GET.get("since", "") or "") if _is_day(request.GET.get("since", "")) else None
    limit = None if printed else STORY
    entries, older = of_customer(customer, read_id(before) or None, limit, part=part, since=since)
    context = {
        "customer": customer,
        "entries": entries,
        "older": older,
        "part": part,
        "parts": STORIES.items(),
        "since": since,
        "printed": printed,
        "today": today_of(request),
    }
    template = "customers/customer_timeline.html" if request.htmx else "customers/customer_past.html"
    return render(request, template, context)


def _is_day(text: str) -> bool:
    try:
        return parse_date(text) is not None
    except ValueError:
        return False


def _account(customer: Customer, today: datetime.date) -> dict[str, Any]:
    """The money: positions by currency with the level each invoice reached, and what to do next."""
    standing = positions(customer, today)
    tasks = list(worklist(customer.business).filter(customer=customer, state=TaskState.OPEN).order_by("starts_on", "due_on"))
    drafts = customer.letters.filter(state=LetterState.DRAFT).order_by("id")
    decisions = list(customer.last_decisions.order_by("currency"))
    return {
        "customer": customer,
        "today": today,
        "positions": standing,
        "accounts": with_levels(standing),
        "tasks": [(task, starts_on(task) <= today) for task in tasks],
        "decisions": decisions,
        "next": next_action(
            letters=drafts, tasks=tasks, decisions=decisions, positions=standing, today=today, handed=_handed(customer)
        ),
    }


def _handed(customer: Customer) -> str:
    """What is with an agency, in words; "" for nothing."""
    return " ".join(block_of(row)[0] for row in customer.hand_offs.filter(state=HandOffState.HANDED))


def _people(customer: Customer, today: datetime.date) -> dict[str, Any]:
    """Whom we talk to, what was agreed, and what went out."""
    region = customer.business.country
    stale = today - datetime.timedelta(days=customer.business.rules["contact_reverify_days"])
    to_decide = Q(state__in=[*LIVE_PLAN_STATES, PlanState.DRAFT])
    plans = _recent(customer.plans.prefetch_related("instalments"), to_decide)
    return {
        "contacts": [(row, show_phone(row.phone, region), show_phone(row.fax, region)) for row in customer.contacts.all()],
        "stale": stale,
        "kept": kept_promises(customer),
        "promises": _recent(customer.promises.select_related("contact"), Q(state=PromiseState.OPEN)),
        "disputes": _recent(customer.disputes.select_related("invoice"), Q(resolved_on=None)),
        "handed": customer.hand_offs.all()[:3],
        "settlements": _recent(customer.settlements.all(), Q(state__in=LIVE_SETTLEMENT_STATES)),
        "plans": plans,
        "cash_with_order": any(plan.state in BLOCKING_PLAN_STATES for plan in plans),
        "letters": Letter.objects.filter(customer__in=one_and_merged(customer)).defer("facts", "body")[:RECENT],
        "links": customer.portal_links.select_related("contact", "letter", "by")[:LINKS],
        "policy": title(chosen_name(customer)),
    }


def _recent(rows: QuerySet[Any], is_open: Q) -> list[Any]:
    """All that are open, then the latest of the others."""
    still_open = list(rows.filter(is_open))
    return still_open + list(rows.exclude(is_open)[:3])


def _story(customer: Customer, before: int | None = None) -> dict[str, Any]:
    entries, older = of_customer(customer, before)
    return {"customer": customer, "entries": entries, "older": older}
