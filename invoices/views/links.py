"""The customer's links as staff sees them: what is out, made by hand, revoked, made anew, looked at as the customer would."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from customers.access import get_row, member_view
from customers.models import Customer
from customers.views.clock import today_of
from invoices.forms.link import LinkForm
from invoices.linking import issue_link, reissue_link, revoke_link
from invoices.models import PaymentPlan, PortalLink, Settlement
from invoices.models.agreement import PlanState
from invoices.models.portal import LinkPurpose
from invoices.models.settlement import SettlementState
from invoices.portal.tokens import address_of, new_token, preview_token

STILL_ON_OFFER = {PlanState.OFFERED, PlanState.VIEWED, SettlementState.OFFERED}
ROWS = PortalLink.objects.select_related("business", "customer__business", "contact", "letter", "plan", "settlement", "by")


@member_view
def link_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Every link of a customer: for what, for whom, until when, looked at or not."""
    customer = get_row(request, Customer.objects.select_related("business"), pk)
    today = today_of(request)
    context = {"customer": customer, "links": ROWS.filter(customer=customer).prefetch_related("invoices"), "today": today}
    return render(request, "invoices/link_list.html", context)


@never_cache
@member_view
def link_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A link made by hand, to be sent to the customer by oneself; its address is shown this once."""
    customer = get_row(request, Customer.objects.select_related("business"), pk)
    form = LinkForm(request.POST if request.method == "POST" else None, customer=customer)
    if not (form.is_bound and form.is_valid()):
        return render(request, "invoices/link_form.html", {"customer": customer, "form": form})
    token, offer = new_token(), form.chosen
    link = issue_link(
        customer=customer,
        purpose=_purpose(offer),
        currency=form.currency,
        invoices=[row.pk for row in form.cleaned_data["invoices"]],
        token=token,
        today=today_of(request),
        plan=offer if isinstance(offer, PaymentPlan) else None,
        settlement=offer if isinstance(offer, Settlement) else None,
        contact=form.cleaned_data["contact"],
        actor=request.user,
    )
    return _made(request, link, token)


@require_POST
@member_view
def link_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """The link opens nothing any more."""
    link = get_row(request, ROWS, pk)
    revoke_link(link=link, actor=request.user)
    messages.success(request, _("Revoked: this link opens nothing any more."))
    return redirect("link-list", request.business.slug, link.customer_id)


@never_cache
@require_POST
@member_view
def link_reissue(request: HttpRequest, pk: int) -> HttpResponse:
    """A new link to the same, whose address is shown this once; the old one opens nothing any more."""
    link, token = reissue_link(link=get_row(request, ROWS, pk), today=today_of(request), actor=request.user)
    return _made(request, link, token)


@require_safe
@member_view
def link_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Leads to the customer's page as they would see it; nobody has looked at it then, and nothing can be done there (T52)."""
    return redirect("portal", preview_token(get_row(request, PortalLink, pk).pk))


def _made(request: HttpRequest, link: PortalLink, token: str) -> HttpResponse:
    context = {"link": link, "customer": link.customer, "address": address_of(token)}
    return render(request, "invoices/link_made.html", context)


def _purpose(offer: PaymentPlan | Settlement | None) -> LinkPurpose:
    if offer is None:
        return LinkPurpose.LETTER
    return LinkPurpose.OFFER if offer.state in STILL_ON_OFFER else LinkPurpose.PLAN
