"""What somebody gave up of an invoice: an owner takes it back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from customers.access import owner_view, way_back
from invoices.balances import BookingError
from invoices.models import WriteOff
from invoices.unbooking import take_out_write_off
from invoices.views.out_already import out_already
from invoices.writing_off import UNBOOKED


@owner_view
def write_off_take_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Opens the invoice again as if it had never been written off; asks first. A second click says that it is done."""
    rows = WriteOff.objects.filter(business=request.business, pk=pk)
    row = rows.select_related("business", "invoice__customer", "by").first()
    if row is None:
        return out_already(request, kind=UNBOOKED, data__id=pk)
    if request.method != "POST":
        return render(request, "invoices/write_off_take_out.html", {"write_off": row, "invoice": row.invoice})
    try:
        take_out_write_off(row=row, actor=request.user)
    except BookingError as problem:
        messages.error(request, str(problem))
    else:
        words = _("%(number)s is open again, as if it had never been written off.")
        messages.success(request, words % {"number": row.invoice.number})
    return way_back(request, "invoice-detail", row.invoice_id)
