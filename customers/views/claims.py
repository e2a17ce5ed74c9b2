"""What customers said that is to be checked, and what was found."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from customers.access import get_row, member_view
from customers.claims import OWNER_CHECKS, ClaimError, check_claim, open_claim
from customers.forms.claim import CheckForm, ClaimForm
from customers.models import Attachment, Claim, Customer
from customers.models.claim import ClaimResult
from customers.views.clock import today_of


@member_view
def claim_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes something a customer said, to be checked by a day."""
    customer = get_row(request, Customer.objects.select_related("business"), pk)
    today = today_of(request)
    initial = {"check_by": customer.calendar.add(today, 2)}
    form = ClaimForm(request.POST or None, initial=initial, is_owner=request.membership.is_owner)
    if request.method == "POST" and form.is_valid():
        open_claim(customer=customer, on=today, actor=request.user, **form.cleaned_data)
        messages.success(request, _("It is on the desk."))
        return redirect("customer-detail", request.business.slug, customer.pk)
    return render(request, "customers/claim_form.html", {"form": form, "customer": customer})


@member_view
def claim_check(request: HttpRequest, pk: int) -> HttpResponse:
    """One claim with its papers, and the form that says what was found; a check that asks others is the owner's."""
    rows = Claim.objects.select_related("business", "customer__business", "conversation__by", "checked_by")
    claim = get_row(request, rows, pk)
    guarded = claim.how in OWNER_CHECKS
    form = CheckForm(request.POST or None)
    if request.method == "POST" and guarded and not request.membership.is_owner:
        raise PermissionDenied
    if request.method == "POST" and form.is_valid():
        try:
            check_claim(claim=claim, on=today_of(request), by=request.user, **form.cleaned_data)
        except ClaimError as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, _("Noted."))
        return redirect("customer-detail", request.business.slug, claim.customer_id)
    context = {
        "claim": claim,
        "customer": claim.customer,
        "form": form,
        "guarded": guarded,
        "may_check": claim.result == ClaimResult.OPEN and (request.membership.is_owner or not guarded),
        "subject": f"claim:{claim.pk}",
        "papers": Attachment.objects.filter(business=request.business, subject=f"claim:{claim.pk}").select_related("by"),
        "today": today_of(request),
    }
    return render(request, "customers/claim_check.html", context, status=422 if request.method == "POST" else 200)
