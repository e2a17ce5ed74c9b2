"""One payment plan with its whole story: where it stands, what comes next, what was signed and by whom."""

import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from customers.access import get_row, member_view
from customers.views.clock import today_of
from invoices.agreement_terms import rules_of
from invoices.instalments import COUNTERSIGN
from invoices.models import PaymentPlan
from invoices.models.agreement import BLOCKING_PLAN_STATES, PlanState
from invoices.models.portal import SignedBy
from invoices.offering import reschedule_barred
from invoices.plan_acts import next_act
from invoices.plan_progress import progress_of
from invoices.signature_words import told_evidence
from reminders.timeline import of_plan

ON_OFFER = [PlanState.OFFERED, PlanState.VIEWED]


@member_view
def plan_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Where one plan stands, its schedule, its agreement and signatures, what it covers, and the one next act."""
    rows = PaymentPlan.objects.select_related("business", "customer__business", "replaces", "by", "conversation")
    plan = get_row(request, rows, pk)
    today = today_of(request)
    context = _standing(request, plan, today) | _papers(plan)
    context |= {
        "plan": plan,
        "customer": plan.customer,
        "today": today,
        "covered": plan.covered.select_related("invoice").order_by("invoice__due_on", "invoice__number"),
        "entries": of_plan(plan),
    }
    return render(request, "invoices/plan_detail.html", context)


def _standing(request: HttpRequest, plan: PaymentPlan, today: datetime.date) -> dict[str, Any]:
    """How far it is, what to do next, and what else may be done with it."""
    owner = request.membership.is_owner
    instalments = list(plan.instalments.all())
    progress = progress_of(plan, instalments, today)
    unsigned = not plan.signatures.filter(party=SignedBy.CREDITOR).exists()
    runs = plan.state in BLOCKING_PLAN_STATES
    waits = plan.state == PlanState.SIGNED and unsigned and rules_of(plan)["active_from"] == COUNTERSIGN
    return {
        "instalments": instalments,
        "progress": progress,
        "next": next_act(plan, progress, today=today, owner=owner, waits_for_us=waits),
        "on_offer": plan.state in ON_OFFER,
        "runs": runs,
        "may_end": runs and owner,
        "may_sign": runs and owner and unsigned and not waits,
        "may_reschedule": not reschedule_barred(plan),
    }


def _papers(plan: PaymentPlan) -> dict[str, Any]:
    """What was signed, by whom and how we know; the versions before and after it."""
    return {
        "signatures": [(row, told_evidence(row)) for row in plan.signatures.select_related("by", "document")],
        "later": plan.replaced_by.order_by("pk"),
        "links": plan.portal_links.filter(revoked_at=None).count(),
    }
