"""What becomes of a payment plan by one click, each asked before: declined, taken back, ended, accepted, signed."""

import datetime
from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers.access import get_row, member_view, owner_view, way_back
from customers.views.clock import today_of
from invoices import planning, signing
from invoices.agreeing import AgreementError
from invoices.models import PaymentPlan
from invoices.models.agreement import BLOCKING_PLAN_STATES
from invoices.plan_notices import News
from invoices.signed_copies import send_copies
from invoices.views.plan_telling import tell_them

LONGEST_ANSWER = 1000


@require_POST
@member_view
def plan_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes that the customer does not want the plan on offer."""

    def decline(plan: PaymentPlan, today: datetime.date) -> str:
        planning.decline_offer(plan=plan, on=today, actor=request.user)
        return _("Noted. What it was about is asked for again.")

    return _act(request, pk, decline)


@require_POST
@member_view
def plan_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes an offer back; one that was signed only the owner cancels."""

    def cancel(plan: PaymentPlan, today: datetime.date) -> str:
        signed = plan.state in BLOCKING_PLAN_STATES
        if signed and not request.membership.is_owner:
            raise PermissionDenied
        if signed and request.POST.get("sure") != "yes":
            raise AgreementError(_("Tick that both sides want it so."))
        planning.cancel_plan(plan=plan, on=today, actor=request.user, signed=signed)
        return _("Cancelled. What it was about is asked for again.")

    return _act(request, pk, cancel)


@owner_view
@require_POST
def plan_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a plan that is not kept: all that is open is owed at once (domain.md 6.4)."""

    def end(plan: PaymentPlan, today: datetime.date) -> str:
        if request.POST.get("sure") != "yes":
            raise AgreementError(_("Tick that they did not keep it."))
        planning.end_plan(plan=plan, on=today, actor=request.user)
        return _("Ended. All that is open is asked for again.")

    return _act(request, pk, end)


@owner_view
@require_POST
def plan_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts what the customer proposed on offer as it is, to be signed by them."""

    def accept(plan: PaymentPlan, today: datetime.date) -> str:
        planning.accept_proposal(plan=plan, on=today, actor=request.user)
        return _("Accepted: it is theirs to sign now.")

    return _act(request, pk, accept, lambda plan, today: tell_them(request, plan, News.ACCEPTED, today))


@owner_view
@require_POST
def plan_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Declines what the customer proposed, in words they will read."""
    words = request.POST.get("words", "").strip()[:LONGEST_ANSWER]

    def refuse(plan: PaymentPlan, today: datetime.date) -> str:
        planning.decline_proposal(plan=plan, words=words, on=today, actor=request.user)
        return _("Declined. They will read your answer on their link.")

    return _act(request, pk, refuse, lambda plan, today: tell_them(request, plan, News.DECLINED, today, words))


@owner_view
@require_POST
def plan_countersign(request: HttpRequest, pk: int) -> HttpResponse:
    """Signs an agreement the customer has signed, for the business (domain.md 6.7)."""

    def countersign(plan: PaymentPlan, _today: datetime.date) -> str:
        signing.countersign(plan=plan, by=request.user, at=timezone.now())
        return _("Signed. Both sides get the signed copy by e-mail.")

    return _act(request, pk, countersign)


@require_POST
@member_view
def plan_send_copies(request: HttpRequest, pk: int) -> HttpResponse:
    """Sends the signed copies that could not be mailed once more, to both sides."""

    def send(plan: PaymentPlan, _today: datetime.date) -> str:
        waiting = plan.signatures.exclude(copy_problem="").select_related("business", "evidence", "plan__customer")
        sent = [send_copies(signature=row, at=timezone.now()) for row in waiting]
        if not sent:
            raise AgreementError(_("There is no copy that was not sent."))
        if not all(sent):
            raise AgreementError(_("It could not be sent this time either: why stands beside the signature."))
        return _("Sent to both sides.")

    return _act(request, pk, send)


def _act(
    request: HttpRequest,
    pk: int,
    write: Callable[[PaymentPlan, datetime.date], str],
    then: Callable[[PaymentPlan, datetime.date], None] | None = None,
) -> HttpResponse:
    """Does it and says what follows, or says why it cannot be done; then where they came from, or the page of the plan.

    `then`: once it is done.
    """
    rows = PaymentPlan.objects.select_related("business", "customer__business", "replaces")
    plan = get_row(request, rows, pk)
    today = today_of(request)
    try:
        told = write(plan, today)
    except AgreementError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, told)
        if then is not None:
            then(plan, today)
    return way_back(request, "plan-detail", plan.pk)
