"""Behind the customer's link: a settlement on offer, accepted or declined (domain.md 6.6)."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from invoices.forms.portal import NameForm
from invoices.models.settlement import SettlementState
from invoices.portal import settling_here
from invoices.views.portal_frame import attempt, form_page, go, may_act, shown_by, typing_view


@typing_view
def portal_settlement(request: HttpRequest) -> HttpResponse:
    """A settlement on offer: what it comes to, until when; accepted by a typed name, or declined (domain.md 6.6)."""
    portal, shown = request.portal, shown_by(request)
    offer = shown.settlement
    if offer is None:
        return go(request, "portal")
    declines = request.POST.get("act") == "decline"
    form = NameForm(request.POST if request.method == "POST" and not declines else None)
    problem, refused = "", _("This offer is not open any more. Please talk to us.")
    if request.method == "POST" and declines and portal.proof is not None:
        problem = attempt(partial(settling_here.refuse_offer, portal=portal), refused)
        if not problem:
            return go(request, "portal-done", "unsettled")
    elif may_act(request, form) and offer.state == SettlementState.OFFERED:
        problem = attempt(partial(settling_here.accept_offer, portal=portal, name=form.cleaned_data["name"]), refused)
        if not problem:
            return go(request, "portal-done", "settled")
    return form_page(request, "settlement", form, shown=shown, problem=problem, given_up=offer.total - offer.amount)
