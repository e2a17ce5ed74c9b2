"""Bank statements through the browser: many files at once, what became of each, and what a person must still say of one."""

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, Q, Sum
from django.forms import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from arcollect.listing import Column, Listing, search_in
from arcollect.sheets import csv_response
from customers.access import get_row, member_view
from customers.models import ImportBatch
from customers.views.clock import today_of
from invoices.bank_lines import STATEMENT
from invoices.forms.statements import ColumnsForm, check_size
from invoices.imports.problems import ImportProblem
from invoices.models import BankLine
from invoices.models.statement import LineState
from invoices.statement_uploads import agree_to_rest, content_of, read_by, read_now_or_later, receive
from invoices.statements.layouts import guess_layout
from invoices.statements.tables import look_at_table, sample_of

SHOWN, SAMPLE = 100, 5
# What a person can settle by saying how the file is to be read.
TO_SAY = {"layout", "date_order", "decimal", "currency"}


@member_view
def bank_upload(request: HttpRequest) -> HttpResponse:
    """Takes any number of files. Script sends them one by one and gets a line back for each; a plain form sends all at once."""
    if request.method != "POST":
        return render(request, "invoices/bank_upload.html", {})
    files = request.FILES.getlist("files")
    taken = [_taken(request, file) for file in files]
    if request.headers.get("X-Upload") == "one":
        return render(request, "invoices/bank_upload_line.html", {"taken": taken})
    batches = [batch for batch, _problem in taken if batch is not None]
    for file, (_batch, problem) in zip(files, taken, strict=True):
        if problem:
            messages.error(request, f"{file.name}: {problem}")
    if len(batches) == 1:
        return redirect("bank-file", request.business.slug, batches[0].pk)
    if batches:
        words = ngettext("%(count)d file was taken.", "%(count)d files were taken.", len(batches))
        messages.success(request, words % {"count": len(batches)})
        return redirect("bank-files", request.business.slug)
    if not files:
        messages.error(request, _("Choose a file first."))
    return redirect("bank-upload", request.business.slug)


@member_view
def bank_files(request: HttpRequest) -> HttpResponseBase:
    """Every bank file that came in, the newest first."""
    rows = ImportBatch.objects.filter(business=request.business, kind=STATEMENT).select_related("by").defer("refused")
    return FILES.respond(request, rows, "invoices/bank_files.html", {})


@member_view
def bank_file(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of a file: the lines by what they are now, what is odd about it, what a person must still say."""
    batch = get_row(request, _batches().select_related("by"), pk)
    refused = [problem for problem in batch.refused if not problem.get("warning")]
    context: dict[str, Any] = {
        "batch": batch,
        "refused": refused[:SHOWN],
        "refused_count": batch.counts.get("asks", len(refused)),
        "warnings": [problem for problem in batch.refused if problem.get("warning")],
        "to_say": batch.counts.get("option") in TO_SAY,
        "statements": batch.statements.select_related("account").annotate(n=Count("lines"), sum=Sum("lines__amount")),
        "now": _states(batch),
        "today": today_of(request),
    }
    return render(request, "invoices/bank_file.html", context)


@require_POST
@member_view
def bank_file_keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Brings in the lines that can be read, without the others."""
    batch = get_row(request, _batches(), pk)
    if agree_to_rest(batch=batch, actor=request.user):
        _read_again(request, batch)
    return redirect("bank-file", request.business.slug, batch.pk)


@member_view
def bank_file_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Lets a person say which column is which; every file with the same head is read so from then on."""
    batch = get_row(request, _batches(), pk)
    header, sample, offered = _table(batch)
    form = ColumnsForm(request.POST or None, header=header, layout=batch.layout.get("columns") or offered)
    if request.method == "POST" and form.is_valid():
        if read_by(batch=batch, header=header, columns=form.layout(), actor=request.user):
            _read_again(request, batch)
        return redirect("bank-file", request.business.slug, batch.pk)
    context = {"batch": batch, "form": form, "header": header, "sample": sample}
    return render(request, "invoices/bank_columns.html", context)


@member_view
def bank_file_refused(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The lines that were refused, and what is odd about the file, with their reasons."""
    batch = get_row(request, _batches(), pk)
    heads = [_("line"), _("result"), _("field"), _("reason")]
    rows = (
        [row["line"] or "", _("warning") if row.get("warning") else _("refused"), row["field"], row["reason"]]
        for row in batch.refused
    )
    return csv_response(f"statement-{batch.pk}-problems", heads, rows)


def _batches() -> Any:
    return ImportBatch.objects.filter(kind=STATEMENT).select_related("business")


def _taken(request: HttpRequest, file: UploadedFile) -> tuple[ImportBatch | None, str]:
    """The batch of an uploaded file, read where it is short; or why it was not taken."""
    try:
        check_size(file)
    except ValidationError as problem:
        return None, " ".join(problem.messages)
    batch = receive(business=request.business, content=file.read(), name=file.name, actor=request.user)
    read_now_or_later(batch, today_of(request))
    batch.refresh_from_db()
    return batch, ""


def _read_again(request: HttpRequest, batch: ImportBatch) -> None:
    batch.refresh_from_db()
    read_now_or_later(batch, today_of(request))


def _table(batch: ImportBatch) -> tuple[list[str], list[Any], dict[str, Any]]:
    """(header, first rows, guess) of a table; nothing of each for a file that is none."""
    try:
        table = look_at_table(content_of(batch))
    except ImportProblem:
        return [], [], {}
    rows = sample_of(table)
    return list(table.header), rows[:SAMPLE], guess_layout(table.header, rows)


def _states(batch: ImportBatch) -> dict[str, int]:
    """How many of its lines are what by now."""
    lines = BankLine.objects.filter(statement__batch=batch)
    booked = Q(state=LineState.BOOKED)
    return lines.aggregate(
        itself=Count("pk", filter=booked & Q(settled_by=None)),
        person=Count("pk", filter=booked & ~Q(settled_by=None)),
        suggested=Count("pk", filter=Q(state=LineState.OPEN) & ~Q(suggestions=[])),
        open=Count("pk", filter=Q(state=LineState.OPEN, suggestions=[])),
        returned=Count("pk", filter=Q(state=LineState.RETURNED)),
        left=Count("pk", filter=Q(state=LineState.LEFT)),
    )


def state_of(batch: ImportBatch) -> str:
    """The state of a file in a word, for the CSV."""
    named = {"failed": _("failed"), "asks": _("asks")}
    return next((word for key, word in named.items() if key in batch.counts), _("read") if batch.counts else _("being read"))


FILES = Listing(
    name="bank-files",
    columns=(
        Column("at", lazy("When"), lambda batch: batch.at.date(), sort=("at",)),
        Column("file", lazy("File"), lambda batch: batch.file_name, sort=("file_name",)),
        Column("by", lazy("Who"), lambda batch: batch.by or ""),
        Column("created", lazy("New"), lambda batch: batch.counts.get("created"), numeric=True),
        Column("unchanged", lazy("Known"), lambda batch: batch.counts.get("unchanged"), numeric=True),
        Column("refused", lazy("Refused"), lambda batch: batch.counts.get("refused"), numeric=True),
        Column("state", lazy("State"), lambda batch: capfirst(state_of(batch))),
    ),
    sort="-at",
    search=search_in("file_name"),
    hint=lazy("File name"),
)
