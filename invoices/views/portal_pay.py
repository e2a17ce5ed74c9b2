"""Behind the customer's link: how to pay, and the copies of the invoices."""

from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from arcollect.filters import money
from arcollect.money import format_plain
from arcollect.qr import picture, png
from invoices.forms.portal import PartForm
from invoices.portal.opening import Portal, portal_view
from invoices.portal.paying import PayTo, pay_to, reference_for
from invoices.portal.showing import Shown
from invoices.views.portal_frame import page, shown_by


@portal_view
def portal_pay(request: HttpRequest) -> HttpResponse:
    """Bank details to copy, the code for a banking app, the business's own payment page; POST fills in a part of the amount.

    It changes nothing and is noted nowhere: what was paid is told by the bank.
    """
    shown = shown_by(request)
    form = PartForm(request.POST if request.method == "POST" else None, currency=shown.currency)
    part = form.cleaned_data["amount"] if form.is_bound and form.is_valid() else None
    pay = _pay(request.portal, shown, part)
    return page(
        request,
        "pay",
        shown=shown,
        ask=shown.ask,
        pay=pay,
        part=part is not None,
        form=form,
        code=picture(pay.order) if pay.order else "",
        amount_label=_("Amount"),
        amount_shown=money(pay.amount, pay.currency),
        amount_copied=format_plain(pay.amount, pay.currency),
    )


@portal_view
def portal_qr(request: HttpRequest) -> HttpResponse:
    """The code for a banking app as a picture to keep."""
    pay = _pay(request.portal, shown_by(request), None)
    if not pay.order:
        raise Http404
    response = HttpResponse(png(pay.order), content_type="image/png")
    response["Content-Disposition"] = content_disposition_header(True, f"{pay.reference}.png")
    return response


@portal_view
def portal_invoice(request: HttpRequest, pk: int) -> HttpResponse:
    """The stored copy of an invoice of this link, and of no other (T50)."""
    invoice = request.portal.link.invoices.select_related("document").filter(pk=pk).first()
    if invoice is None or invoice.document is None:
        raise Http404
    response = HttpResponse(bytes(invoice.document.bytes), content_type=invoice.document.content_type)
    response["Content-Disposition"] = content_disposition_header(False, invoice.document.name)
    return response


def _pay(portal: Portal, shown: Shown, part: Decimal | None) -> PayTo:
    amount = part or shown.ask.amount or shown.payable
    reference = reference_for(portal.link, shown.running)
    return pay_to(portal.business, amount=amount, currency=shown.currency, reference=reference)
