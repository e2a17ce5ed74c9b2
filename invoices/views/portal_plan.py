"""Behind the customer's link: pay in parts, as we usually do it or as they propose (P03, P05)."""

from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from arcollect.filters import day, money
from invoices.forms.portal import Basis, ProposeForm
from invoices.offering import barred, chosen, limits_of, plannable
from invoices.plan_answers import answer_to
from invoices.plans import Schedule, broken_limits, ready_made
from invoices.portal import agreeing_here
from invoices.portal.more_time import names_day
from invoices.portal.opening import Portal, portal_view
from invoices.portal.schedules import Told, told
from invoices.portal.showing import NOTHING, Shown
from invoices.views.portal import plan_context
from invoices.views.portal_acts import last_day
from invoices.views.portal_frame import attempt, form_page, go, may_act, page, shown_by, typing_view


@dataclass(frozen=True, slots=True)
class Ready:
    """A plan to choose with one touch."""

    key: str
    label: str
    told: Told
    summary: str


@portal_view
def portal_plan(request: HttpRequest) -> HttpResponse:
    """More time: a day, the usual plans with every payment to the cent, or a proposal of their own."""
    portal, shown = request.portal, shown_by(request)
    basis = _basis(portal)
    closed = _closed(portal, shown, basis)
    return page(
        request,
        "plan",
        shown=shown,
        ready=[] if closed else _ready(basis),
        total=basis.total,
        closed=closed,
        waiting=bool(shown.offered or shown.proposed or shown.successor),
        answer=answer_to(shown.refused) if shown.refused else "",
        **plan_context(shown),
        last_day=last_day(portal) if names_day(portal, shown) else None,
    )


@typing_view
def portal_choose(request: HttpRequest, key: str) -> HttpResponse:
    """One of the usual plans: shown once more to the cent, then it is on offer, to be read and signed."""
    portal, shown = request.portal, shown_by(request)
    basis = _basis(portal)
    plan = next((one for one in _ready(basis) if one.key == key), None)
    if plan is None or _closed(portal, shown, basis):
        return go(request, "portal-plan")
    problem = ""
    if request.method == "POST" and portal.proof is not None:
        problem = _propose(portal, shown, plan.told.rows, "")
        if not problem:
            return go(request, "portal-sign")
    return form_page(request, "choose", None, shown=shown, problem=problem, plan=plan)


@typing_view
def portal_propose(request: HttpRequest) -> HttpResponse:
    """Their own payments: seen to the cent first, then sent. What fits is theirs to sign; the rest the owner answers (6.2)."""
    portal, shown = request.portal, shown_by(request)
    basis = _basis(portal)
    if _closed(portal, shown, basis):
        return go(request, "portal-plan")
    form = ProposeForm(request.POST if request.method == "POST" else None, basis=basis)
    ready = form.is_bound and form.is_valid()
    beyond = " ".join(broken_limits(form.schedule, basis.currency, basis.limits, portal.today)) if ready else ""
    problem = ""
    if may_act(request, form) and request.POST.get("act") == "send":
        problem = _propose(portal, shown, form.schedule, form.cleaned_data["words"])
        if not problem:
            return go(request, "portal-done", "proposal") if beyond else go(request, "portal-sign")
    return form_page(
        request,
        "propose",
        form,
        shown=shown,
        problem=problem,
        told=told(form.schedule, basis.currency) if ready else None,
        beyond=beyond,
        total=basis.total,
        fits=_fits(basis),
        answer_by=portal.business.calendar.add(portal.today, portal.business.rules["plan"]["counter_answer_bd"]),
    )


def _propose(portal: Portal, shown: Shown, schedule: Schedule, words: str) -> str:
    """Proposes it in place of what is on offer; returns why not, or ""."""
    only = [line.id for line in shown.lines]
    act = partial(agreeing_here.propose, portal=portal, instalments=schedule, words=words, only=only, answers=shown.offered)
    return attempt(act)


def _basis(portal: Portal) -> Basis:
    """What a plan through this link is for: of its invoices what is overdue and not in query."""
    listed = portal.link.invoices.values_list("pk", flat=True)
    covered = chosen(plannable(portal.customer, portal.link.currency, portal.today), listed)
    total = sum((part for _pk, part in covered), NOTHING)
    return Basis(Decimal(total), portal.link.currency, portal.today, limits_of(portal.customer))


def _closed(portal: Portal, shown: Shown, basis: Basis) -> str:
    """Why no plan can be had here now, in words for the customer, or ""."""
    if shown.successor:
        return _("Other days for your payment plan are ready to sign. Until you sign them, the present days hold.")
    if shown.running:
        return _("Your payment plan is running. If a payment becomes difficult, call us before its day: we can move it once.")
    if shown.settlement:
        return _("There is an offer to settle everything. Please answer it first, or talk to us.")
    if shown.owed <= 0:
        return _("Your payment plan is paid in full. Thank you.") if shown.kept else _("Everything here is paid. Thank you.")
    if shown.payable <= 0:
        return _("We look into your question first. Until you have our answer, nothing of this is asked for.")
    if basis.total <= 0:
        return _("Nothing of this is overdue, so there is no need for a plan yet. You can name a day.")
    if barred(portal.customer, basis.currency, portal.today, shown.offered):
        return _("A plan cannot be made on this page just now. Please talk to us: we find a way together.")
    return ""


def _ready(basis: Basis) -> list[Ready]:
    """The usual plans that fit, halves first."""
    plans = ready_made(basis.total, basis.currency, basis.today, basis.limits) if basis.total > 0 else []
    return [_told_ready(plan.key, plan.label, plan.instalments, basis.currency) for plan in plans]


def _told_ready(key: str, label: str, schedule: Schedule, currency: str) -> Ready:
    first_on, first = schedule[0]
    words = ngettext("%(first)s on %(day)s, then %(count)s more", "%(first)s on %(day)s, then %(count)s more", len(schedule) - 1)
    shown = {"first": money(first, currency), "day": day(first_on), "count": len(schedule) - 1}
    return Ready(key, label, told(schedule, currency), words % shown)


def _fits(basis: Basis) -> str:
    """What we agree to without asking anybody."""
    limits = basis.limits
    least = money(max(limits.min_instalment, NOTHING), basis.currency)
    first = money(basis.total * limits.first_share, basis.currency)
    words = _(
        "We agree at once to: a first payment of at least %(first)s within %(days)s days, no payment below %(least)s,"
        " all of it within %(months)s months. Anything else we look at ourselves."
    )
    return words % {"first": first, "days": limits.first_within_days, "least": least, "months": limits.max_months}
