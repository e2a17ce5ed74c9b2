"""Bringing in a file: upload it, see how it would be read, book it, see what became of it, take it back."""

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from arcollect.listing import Column, Filter, Listing, Option, search_in
from arcollect.sheets import csv_response
from customers.access import get_row, member_view
from customers.models import Document, ImportBatch
from customers.views.clock import today_of
from invoices.bank_lines import STATEMENT
from invoices.einvoices.opening import is_einvoice
from invoices.einvoices.packing import holds_einvoices
from invoices.einvoices.uploading import receive
from invoices.forms.imports import BATCH_LABELS, FIELD_LABELS, KIND_LABELS, WAYS_OUT, ReadingForm, UploadForm
from invoices.imports import uploads
from invoices.imports.importing import undo_import
from invoices.imports.layouts import INVOICES, KINDS
from invoices.imports.ledgerfile import open_ledger
from invoices.imports.preview import Preview, preview
from invoices.imports.problems import ImportProblem
from invoices.imports.profiles import find_profile
from invoices.track_record import found_in

SHOWN = 100


@member_view
def import_list(request: HttpRequest) -> HttpResponseBase:
    """Every file that came in, the newest first."""
    rows = ImportBatch.objects.filter(business=request.business).select_related("by").defer("refused")
    return IMPORTS.respond(request, rows, "invoices/import_list.html", {"kinds": dict(BATCH_LABELS)})


@member_view
def import_add(request: HttpRequest) -> HttpResponse:
    """Takes a file and looks whether it is a table at all; an electronic invoice among invoices goes the way of those."""
    form = UploadForm(request.POST or None, request.FILES or None, initial={"kind": request.GET.get("kind", INVOICES)})
    if request.method == "POST" and form.is_valid():
        kind, file = form.cleaned_data["kind"], form.cleaned_data["file"]
        content = file.read()
        try:
            if kind == INVOICES and (is_einvoice(content) or holds_einvoices(content)):
                document = receive(business=request.business, files=[(file.name, content)])
                return redirect("einvoice-check", request.business.slug, document.sha256)
            document = uploads.receive(business=request.business, kind=kind, content=content, name=file.name)
        except ImportProblem as problem:
            form.add_error("file", str(problem))
        else:
            return redirect("import-check", request.business.slug, kind, document.sha256)
    return render(request, "invoices/import_add.html", {"form": form})


@member_view
def import_check(request: HttpRequest, kind: str, sha256: str) -> HttpResponse:
    """Shows how the file would be read, with a guess to confirm; a POST to the same address books it exactly so."""
    document = _upload(request, kind, sha256)
    form = _reading_form(request, document, kind)
    found = _preview(request, document, form)
    if request.method == "POST" and found:
        return _book(request, document, form, found)
    context = {"form": form, "document": document, "kind": kind, "kind_label": dict(KIND_LABELS)[kind], "preview": found}
    context["problems"] = [_named(asdict(problem)) for problem in found.problems] if found else []
    return render(request, "invoices/import_check.html", context)


@member_view
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of a file: the counts, and the lines a person must look at."""
    batch = get_row(request, ImportBatch.objects.select_related("by"), pk)
    if batch.kind == STATEMENT:
        return redirect("bank-file", request.business.slug, batch.pk)
    refused = [problem for problem in batch.refused if not problem.get("warning")]
    warnings = [problem for problem in batch.refused if problem.get("warning")]
    context = {
        "batch": batch,
        "kind_label": dict(BATCH_LABELS)[batch.kind],
        "refused": [_named(problem) for problem in refused[:SHOWN]],
        "warnings": [_named(problem) for problem in warnings[:SHOWN]],
        "warning_count": len(warnings),
        "shown": SHOWN,
        "to_put_right": found_in(batch),
    }
    return render(request, "invoices/import_detail.html", context)


@member_view
def import_problems(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The lines that were refused or came in with a warning, as a file: reason first, then the line as it was."""
    batch = get_row(request, ImportBatch, pk)
    header, lines = uploads.original_lines(batch)
    heads = [_("line"), _("result"), _("field"), _("reason"), *header]
    rows = (
        [
            problem["line"],
            _("warning") if problem.get("warning") else _("refused"),
            problem["field"],
            problem["reason"],
            *lines.get(problem["line"], ()),
        ]
        for problem in batch.refused
    )
    return csv_response(f"import-{batch.pk}-problems", heads, rows)


@member_view
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes back all that a file brought; asks first."""
    batch = get_row(request, ImportBatch.objects.select_related("business"), pk)
    if request.method == "POST":
        try:
            undo_import(batch=batch, now=timezone.now(), actor=request.user)
        except ImportProblem as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, _("Taken back. Nothing of that file is in your books any more."))
        return redirect("import-detail", request.business.slug, batch.pk)
    return render(request, "invoices/import_undo.html", {"batch": batch, "kind_label": dict(BATCH_LABELS)[batch.kind]})


def _upload(request: HttpRequest, kind: str, sha256: str) -> Document:
    document = uploads.upload_named(request.business, sha256)
    if document is None or kind not in KINDS:
        raise Http404
    return document


def _reading_form(request: HttpRequest, document: Document, kind: str) -> ReadingForm:
    """The form with the choices of the address or, on first sight of the file, with the guess."""
    try:
        header = uploads.table_of(document, kind).header
        profile = find_profile(kind, header)
    except ImportProblem as problem:
        raise Http404 from problem
    known = {"business": request.business, "kind": kind, "header": header, "profile": profile}
    data = request.GET
    if not data:
        blank = ReadingForm(**known)
        data = {name: blank.get_initial_for_field(field, name) for name, field in blank.fields.items()}
    return ReadingForm(data, **known)


def _preview(request: HttpRequest, document: Document, form: ReadingForm) -> Preview | None:
    """The first rows as they would be booked; None, with the reason in the form, where the file cannot be read so."""
    if not form.is_valid():
        return None
    today = today_of(request)
    try:
        options = form.options()
        return preview(open_ledger(bytes(document.bytes), form.kind, options), request.business, today, full=options.full)
    except ImportProblem as problem:
        form.add_error(None, f"{capfirst(str(problem))}. {WAYS_OUT.get(problem.option, '')}")
        return None


def _book(request: HttpRequest, document: Document, form: ReadingForm, found: Preview) -> HttpResponse:
    """Books a short file now, hands a long one to the job cluster."""
    batch = uploads.accept(
        business=request.business, kind=form.kind, document=document, options=form.options(), actor=request.user
    )
    if found.lines > uploads.AT_ONCE:
        uploads.book_later(batch)
    else:
        uploads.book(batch=batch, today=today_of(request))
    return redirect("import-detail", request.business.slug, batch.pk)


def _named(problem: dict[str, Any]) -> dict[str, Any]:
    """The problem with the field's name as the page says it, its own where it has none."""
    return problem | {"label": FIELD_LABELS.get(problem["field"], problem["field"])}


IMPORTS = Listing(
    name="imports",
    columns=(
        Column("at", lazy("When"), lambda batch: batch.at.date(), sort=("at",)),
        Column("kind", lazy("What"), lambda batch: batch.kind),
        Column("file", lazy("File"), lambda batch: batch.file_name, sort=("file_name",)),
        Column("by", lazy("Who"), lambda batch: batch.by or ""),
        Column("created", lazy("New"), lambda batch: batch.counts.get("created"), numeric=True),
        Column("updated", lazy("Changed"), lambda batch: batch.counts.get("updated"), numeric=True),
        Column("refused", lazy("Refused"), lambda batch: batch.counts.get("refused"), numeric=True),
        Column("state", lazy("State"), lambda batch: "undone" if batch.undone_at else ""),
    ),
    sort="-at",
    filters=(
        Filter(
            "kind",
            lazy("What"),
            [Option(kind, label, Q(kind=kind)) for kind, label in BATCH_LABELS],
            everything=lazy("Everything"),
            pills=True,
        ),
    ),
    search=search_in("file_name"),
    hint=lazy("File name"),
)
