"""What is done with an invoice made here once it is issued: sent, credited, handed to a program."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers.access import get_row, member_view
from customers.models import Document
from customers.views.clock import today_of
from invoices.crediting import issue_credit_note, left_of
from invoices.drafting import DraftError
from invoices.forms.draft import CreditForm
from invoices.models import CreditNote, Invoice
from invoices.plan_notices import reach_of
from invoices.sending import SendError, send_issued

MADE_HERE = Invoice.objects.filter(draft__isnull=False).select_related(
    "business", "customer__business", "document", "detail__xml"
)
NOTES = CreditNote.objects.filter(corrects__isnull=False).select_related("business", "customer__business", "document")


@require_POST
@member_view
def invoice_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Sends an invoice made here, for the first time or once more."""
    return _send(request, get_row(request, MADE_HERE, pk), "invoice-detail")


@require_POST
@member_view
def credit_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Sends a credit note made here."""
    return _send(request, get_row(request, NOTES, pk), "credit-detail")


@member_view
def invoice_xml(request: HttpRequest, pk: int) -> HttpResponse:
    """The content of an invoice for programs, as a download."""
    invoice = get_row(request, Invoice.objects.select_related("detail__xml"), pk)
    xml = invoice.detail.xml if hasattr(invoice, "detail") else None
    if xml is None:
        messages.error(request, _("This invoice came in without any XML."))
        return redirect("invoice-detail", request.business.slug, invoice.pk)
    return _file(xml, f"{invoice.number}.xml", download=True)


@member_view
def credit_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The credit note itself, shown in the browser."""
    note = get_row(request, CreditNote.objects.select_related("document"), pk)
    if note.document is None:
        messages.error(request, _("There is no copy of this credit note."))
        return redirect("credit-detail", request.business.slug, note.pk)
    return _file(note.document, note.document.name, download=False)


@member_view
def invoice_credit(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes an invoice back, all of it or a part."""
    invoice = get_row(request, Invoice.objects.select_related("business", "customer__business", "draft__invoice"), pk)
    if not hasattr(invoice, "draft"):
        messages.error(request, _("This invoice was not made here: credit it where it was, and bring the credit note in."))
        return redirect("invoice-detail", request.business.slug, invoice.pk)
    today = today_of(request)
    form = CreditForm(request.POST or None, lines=left_of(invoice.draft), today=today)
    if request.method == "POST" and form.is_valid():
        values = {"on": form.cleaned_data["on"], "note": form.cleaned_data["note"], "actor": request.user}
        try:
            note = issue_credit_note(invoice=invoice, quantities=form.quantities(), **values)
        except DraftError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("Credit note %(number)s is issued.") % {"number": note.number})
            if request.POST.get("send"):
                send_and_tell(request, note)
            return redirect("credit-detail", request.business.slug, note.pk)
    context = {"form": form, "invoice": invoice, "reach": reach_of(invoice.customer, today)}
    return render(request, "invoices/credit_form.html", context | {"send": request.method != "POST" or "send" in request.POST})


def send_and_tell(request: HttpRequest, row: Invoice | CreditNote, ordinal: int = 1) -> None:
    """Sends a paper for the `ordinal`th time and says where it went, or why it did not."""
    now = timezone.now()
    try:
        mail = send_issued(row=row, ordinal=ordinal, actor=request.user, today=request.business.local_date(now), now=now)
    except SendError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("It went to %(address)s.") % {"address": mail.sent_to})


def _send(request: HttpRequest, row: Invoice | CreditNote, page: str) -> HttpResponse:
    """`time`: the how manieth sending the button was for, so that a second click is told so."""
    time = request.POST.get("time", "")
    send_and_tell(request, row, int(time) if time.isdecimal() and len(time) < 5 else 1)
    return redirect(page, request.business.slug, row.pk)


def _file(document: Document, name: str, *, download: bool) -> HttpResponse:
    response = HttpResponse(bytes(document.bytes), content_type=document.content_type)
    response["Content-Disposition"] = content_disposition_header(download, name.replace("/", "-"))
    return response
