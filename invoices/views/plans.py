"""Payment plans: all of them, and what becomes of one."""

import datetime
from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as lazy

from arcollect.listing import Column, Filter, Listing, Option, search_in
from arcollect.money import format_plain
from customers.access import get_row, member_view
from customers.models import Document
from customers.views.clock import today_of
from invoices.models import PaymentPlan, PlanInvoice
from invoices.models.agreement import BLOCKING_PLAN_STATES, LIVE_PLAN_STATES, PlanState, Proposer
from invoices.plan_progress import with_progress

ENDED = [PlanState.DEFAULTED, PlanState.CANCELLED, PlanState.EXPIRED, PlanState.DECLINED, PlanState.COUNTERED]
TO_ANSWER = Q(state=PlanState.DRAFT, proposed_by=Proposer.CUSTOMER)


@member_view
def plan_list(request: HttpRequest) -> HttpResponseBase:
    """Every plan: what came in of it, what comes next and how late that is."""
    today = today_of(request)
    rows = with_progress(
        PaymentPlan.objects.filter(business=request.business).select_related("customer"), request.business.time_zone
    )
    return listing(today).respond(request, rows, "invoices/plan_list.html", {"today": today})


@member_view
def plan_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The agreement as it is to be signed, or was."""
    plan = get_row(request, PaymentPlan.objects.select_related("document"), pk)
    return _shown(plan.document)


@member_view
def plan_signed_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The signed copy with its page of evidence: that of the last signature, which holds the earlier ones."""
    plan = get_row(request, PaymentPlan, pk)
    signature = plan.signatures.filter(evidence__isnull=False).select_related("evidence").last()
    return _shown(signature.evidence if signature else None)


def _shown(document: Document | None) -> HttpResponse:
    if document is None:
        raise Http404
    response = HttpResponse(bytes(document.bytes), content_type=document.content_type)
    response["Content-Disposition"] = content_disposition_header(False, document.name)
    return response


def _search(words: str) -> Q:
    """By customer, or by the number of an invoice a plan covers."""
    covering = PlanInvoice.objects.filter(invoice__number__icontains=words).values("plan")
    return search_in("customer__name", "customer__reference")(words) | Q(pk__in=covering)


def _aged(plan: PaymentPlan, today: datetime.date) -> PaymentPlan:
    """With `days_late`: how long its next instalment has been due; 0 of one that does not run."""
    plan.days_late = max(0, (today - plan.next_on).days) if plan.next_on else 0
    return plan


def listing(today: datetime.date) -> Listing:
    """How plans are searched, filtered and sorted on this day; what comes next comes first."""
    live = Q(state__in=LIVE_PLAN_STATES) | TO_ANSWER
    show = [
        Option("open", lazy("Open"), live),
        Option("answer", lazy("To answer"), TO_ANSWER),
        Option("offered", lazy("On offer"), Q(state__in=[PlanState.OFFERED, PlanState.VIEWED])),
        Option("running", lazy("Running"), Q(state__in=BLOCKING_PLAN_STATES)),
        Option("risk", lazy("At risk"), Q(state=PlanState.AT_RISK)),
        Option("completed", lazy("Paid in full"), Q(state=PlanState.COMPLETED)),
        Option("ended", lazy("Ended"), Q(state__in=ENDED)),
    ]
    late = [Option("late", lazy("An instalment is late"), Q(next_on__lt=today))]
    return Listing(
        name="plans",
        columns=COLUMNS,
        sort="next",
        filters=[
            Filter("show", lazy("Show"), show, everything=lazy("All"), default="open", pills=True),
            Filter("late", lazy("Late"), late, everything=lazy("On time or late")),
        ],
        search=_search,
        prepare=lambda plans: [_aged(plan, today) for plan in plans],
        hint=lazy("Customer, invoice"),
        totals={lazy("To be paid"): "to_pay", lazy("Paid"): "paid"},
    )


def _plain(name: str) -> Callable[[Any], str]:
    """The amount of that name for the file; nothing where there is none."""

    def told(row: Any) -> str:
        found = getattr(row, name)
        return "" if found is None else format_plain(found, row.currency)

    return told


COLUMNS = [
    Column("customer", lazy("Customer"), lambda row: row.customer.name, ("customer__name",)),
    Column("reference", lazy("Reference"), lambda row: row.customer.reference, screen=False),
    Column("state", lazy("State"), lambda row: row.get_state_display(), ("state",)),
    Column("offered", lazy("Offered"), lambda row: row.offered_on or "", screen=False),
    Column("currency", lazy("Currency"), lambda row: row.currency, screen=False),
    Column("total", lazy("To be paid"), _plain("to_pay"), ("to_pay",), numeric=True),
    Column("paid", lazy("Paid"), _plain("paid"), ("paid",), numeric=True),
    Column("instalment", lazy("Next instalment"), _plain("next_amount"), ("next_amount",), numeric=True),
    Column("next", lazy("Next date"), lambda row: row.next_on or "", ("comes_on",)),
    Column("late", lazy("Days late"), lambda row: row.days_late or "", ("-comes_on",), numeric=True),
]
