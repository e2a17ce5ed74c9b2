"""Thanks for a payment, sent by hand."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers.access import get_row, member_view
from invoices.models import Payment
from invoices.thanking import thank


@require_POST
@member_view
def payment_receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """Sends the receipt for this payment, once."""
    payment = get_row(request, Payment.objects.select_related("business", "customer"), pk)
    reach = thank(payment=payment, now=timezone.now(), actor=request.user)
    if reach.contact is None:
        messages.error(request, reach.why)
    else:
        messages.success(request, _("Receipt sent to %(address)s.") % {"address": reach.contact.email})
    return redirect("payment-detail", request.business.slug, payment.pk)
