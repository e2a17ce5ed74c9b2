"""Payment plans agreed on by staff: offered to a customer, with other dates, or in answer to what they propose."""

import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from arcollect.filters import day
from customers.access import get_row, member_view
from customers.models import Customer
from customers.views.clock import today_of
from invoices import planning
from invoices.agreeing import AgreementError
from invoices.forms.plan import BeyondForm, OfferForm
from invoices.models import Invoice, PaymentPlan
from invoices.offering import barred, left_of, limits_of, plannable, reschedule_barred
from invoices.plan_notices import News, reach_of
from invoices.plans import broken_limits
from invoices.standing import NOTHING
from invoices.views.plan_telling import tell_them
from invoices.weighing import facts_about, is_proposal, ours_before, weigh


@member_view
def plan_offer(request: HttpRequest, pk: int) -> HttpResponse:
    """A plan for what is overdue and undisputed: a ready one, or its own; nothing is written before it is offered (P24)."""
    customer = get_row(request, Customer.objects.select_related("business"), pk)
    today = today_of(request)
    accounts = _accounts(customer, today)
    currency = request.GET.get("currency", "")
    currency = currency if currency in accounts else next(iter(accounts), "")
    context: dict[str, Any] = {"customer": customer, "today": today, "currencies": list(accounts), "currency": currency}
    if not currency or (reason := barred(customer, currency, today)):
        context["barred"] = reason if currency else _("Nothing of theirs is overdue and undisputed.")
        return render(request, "invoices/plan_form.html", context)
    limits = limits_of(customer)
    form = OfferForm(
        request.POST or None,
        free=accounts[currency],
        currency=currency,
        limits=limits,
        today=today,
        owner=request.membership.is_owner,
    )
    asked = request.method == "POST" and "preview" not in request.POST
    if form.is_bound and form.is_valid() and asked and form.hold_to_limits() and (plan := _offered(request, customer, form)):
        words = _("On offer until %(day)s. Their link shows it.")
        messages.success(request, words % {"day": day(plan.accept_by)})
        tell_them(request, plan, News.OFFERED, today)
        return redirect("plan-detail", request.business.slug, plan.pk)
    context |= {"form": form, "reach": reach_of(customer, today)}
    return render(request, "invoices/plan_form.html", context, status=422 if asked else 200)


def _offered(request: HttpRequest, customer: Customer, form: OfferForm) -> PaymentPlan | None:
    """The plan as the form has it; None, with the reason in the form, where it cannot be offered so."""
    try:
        return planning.offer_plan(
            customer=customer,
            currency=form.currency,
            instalments=form.schedule,
            limits=form.limits,
            on=form.today,
            only=form.only,
            discount=form.cleaned_data["discount"],
            actor=request.user,
            beyond_limits=bool(form.broken),
            why=form.why,
        )
    except AgreementError as problem:
        form.add_error(None, str(problem))
        return None


def _accounts(customer: Customer, today: datetime.date) -> dict[str, list[tuple[Invoice, Decimal]]]:
    """What a plan may cover, by currency: each invoice with its open, undisputed part."""
    late = Invoice.objects.filter(customer=customer, balance__gt=0, due_on__lt=today)
    found = {}
    for currency in late.order_by("currency").values_list("currency", flat=True).distinct():
        amounts = dict(plannable(customer, currency, today))
        rows = Invoice.objects.filter(pk__in=amounts).order_by("due_on", "issued_on", "number")
        if amounts:
            found[currency] = [(row, amounts[row.pk]) for row in rows]
    return found


@member_view
def plan_reschedule(request: HttpRequest, pk: int) -> HttpResponse:
    """Other dates for what is left of a running plan: a new version, to be signed anew; the old one runs until then."""
    plan = get_row(request, _plans(), pk)
    today = today_of(request)
    if problem := reschedule_barred(plan):
        messages.error(request, problem)
        return redirect("plan-detail", request.business.slug, plan.pk)
    left = sum((part for _pk, part in left_of(plan)), NOTHING) - plan.discount
    form = _schedule_form(request, plan, left, today)
    asked = request.method == "POST" and "preview" not in request.POST
    if form.is_bound and form.is_valid() and asked and form.hold_to_limits():
        try:
            fresh = planning.reschedule(
                plan=plan, instalments=form.schedule, on=today, actor=request.user, beyond_limits=bool(form.broken), why=form.why
            )
        except AgreementError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("The new dates are on offer. The old ones hold until they are signed."))
            tell_them(request, fresh, News.DATES, today)
            return redirect("plan-detail", request.business.slug, fresh.pk)
    context = {"form": form, "plan": plan, "customer": plan.customer, "currency": plan.currency, "today": today}
    context["reach"] = reach_of(plan.customer, today)
    return render(request, "invoices/plan_reschedule.html", context, status=422 if asked else 200)


@member_view
def plan_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """What the customer proposes beside what we offered: which limits it breaks and what to verify first (P20)."""
    plan = get_row(request, _plans(), pk)
    if not is_proposal(plan):
        return redirect("plan-detail", request.business.slug, plan.pk)
    today = today_of(request)
    form = _schedule_form(request, plan, plan.total - plan.discount, today)
    asked = request.method == "POST" and "preview" not in request.POST
    if asked and not request.membership.is_owner:
        raise PermissionDenied
    if form.is_bound and form.is_valid() and asked and form.hold_to_limits() and (answer := _countered(request, plan, form)):
        return redirect("plan-detail", request.business.slug, answer.pk)
    return render(request, "invoices/plan_counter.html", _weighed(plan, form, today), status=422 if asked else 200)


def _countered(request: HttpRequest, plan: PaymentPlan, form: BeyondForm) -> PaymentPlan | None:
    """Our answer on offer; None, with the reason in the form, where it cannot be offered so."""
    try:
        answer = planning.counter_proposal(
            plan=plan, instalments=form.schedule, on=form.today, actor=request.user, beyond_limits=bool(form.broken), why=form.why
        )
    except AgreementError as problem:
        form.add_error(None, str(problem))
        return None
    messages.success(request, _("Your answer is on offer. Their link shows it."))
    tell_them(request, answer, News.COUNTERED, form.today)
    return answer


def _weighed(plan: PaymentPlan, form: BeyondForm, today: datetime.date) -> dict[str, Any]:
    """Theirs beside ours, the limits theirs breaks, and what speaks for and against it."""
    theirs = tuple((row.due_on, row.amount) for row in plan.instalments.all())
    ours = ours_before(plan)
    return {
        "plan": plan,
        "customer": plan.customer,
        "today": today,
        "form": form,
        "reach": reach_of(plan.customer, today),
        "currency": plan.currency,
        "theirs": theirs,
        "ours": ours,
        "ours_rows": [(row.due_on, row.amount) for row in ours.instalments.all()] if ours else (),
        "broken": broken_limits(theirs, plan.currency, form.limits, today),
        "checks": weigh(facts_about(plan, theirs, form.limits, today)),
    }


def _schedule_form(request: HttpRequest, plan: PaymentPlan, total: Decimal, today: datetime.date) -> BeyondForm:
    return BeyondForm(
        request.POST or None,
        total=total,
        currency=plan.currency,
        limits=limits_of(plan.customer),
        today=today,
        owner=request.membership.is_owner,
    )


def _plans() -> QuerySet[PaymentPlan]:
    return PaymentPlan.objects.select_related("business", "customer__business", "replaces")
