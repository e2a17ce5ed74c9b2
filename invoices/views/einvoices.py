"""Electronic invoices through the browser: bring in many at once, see what each would do, say what they leave open, book."""

from collections import defaultdict
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from customers.access import get_row, member_view
from customers.models import Document
from customers.views.clock import today_of
from invoices.einvoices import uploading
from invoices.einvoices.outcomes import ASKS, CHANGED, LEFT_OUT, NEW, REFUSED, UNCHANGED, Outcome, Report
from invoices.forms.einvoices import ChoicesForm, EInvoiceUploadForm, read_choices
from invoices.imports.problems import ImportProblem
from invoices.imports.uploads import book_later, upload_named
from invoices.models import Invoice

STATES = {
    NEW: _("New"),
    CHANGED: _("Would be corrected"),
    UNCHANGED: _("Known already"),
    ASKS: _("Waits for your word"),
    REFUSED: _("Would be refused"),
    LEFT_OUT: _("Left out"),
}


@member_view
def einvoice_add(request: HttpRequest) -> HttpResponse:
    """Takes electronic invoices, as many at once as one likes."""
    form = EInvoiceUploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        files = [(file.name, file.read()) for file in form.cleaned_data["files"]]
        try:
            document = uploading.receive(business=request.business, files=files)
        except ImportProblem as problem:
            form.add_error("files", str(problem))
        else:
            return redirect("einvoice-check", request.business.slug, document.sha256)
    return render(request, "invoices/einvoice_add.html", {"form": form})


@member_view
def einvoice_check(request: HttpRequest, sha256: str) -> HttpResponse:
    """What each invoice of an upload would do; a POST that says "book" does it, any other looks again with what was said."""
    document = upload_named(request.business, sha256)
    if document is None:
        raise Http404
    data = request.POST if request.method == "POST" else None
    choices = read_choices(data or {})
    report = uploading.look(document=document, choices=choices, today=today_of(request))
    form = ChoicesForm(data, report.outcomes)
    if data and data.get("do") == "book" and form.is_valid():
        return _book(request, document, report)
    context = {"document": document, "report": report, "form": form, "counts": _counts(report)}
    context["rows"] = [(one, STATES[one.state]) for one in report.outcomes]
    return render(request, "invoices/einvoice_check.html", context | {"sums": _sums(report.outcomes)})


@member_view
def invoice_paper(request: HttpRequest, pk: int, paper: int) -> HttpResponse:
    """A file that came with an invoice, or its XML: to be kept, never run in the browser."""
    invoice = get_row(request, Invoice.objects.select_related("detail__xml"), pk)
    detail = getattr(invoice, "detail", None)
    if detail is None:
        raise Http404
    xml = detail.xml if detail.xml_id == paper else None
    document = xml or get_object_or_404(detail.attachments, pk=paper)
    response = HttpResponse(bytes(document.bytes), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, document.name)
    return response


def _book(request: HttpRequest, document: Document, report: Report) -> HttpResponse:
    """Books a small upload now, hands a large one to the job cluster."""
    batch = uploading.accept(document=document, choices=read_choices(request.POST), actor=request.user)
    if len(report.outcomes) > uploading.AT_ONCE:
        book_later(batch)
    else:
        uploading.book(batch=batch, today=today_of(request))
    return redirect("import-detail", request.business.slug, batch.pk)


def _counts(report: Report) -> list[tuple[str, str, int]]:
    """(state, its words, how many) of the states there are."""
    numbers = [(state, words, sum(one.state == state for one in report.outcomes)) for state, words in STATES.items()]
    return [(state, words, count) for state, words, count in numbers if count]


def _sums(outcomes: list[Outcome]) -> dict[str, Decimal]:
    """What the new ones come to, by currency."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for one in outcomes:
        if one.state == NEW and one.row:
            sums[one.row.currency] += one.row.total
    return dict(sums)
