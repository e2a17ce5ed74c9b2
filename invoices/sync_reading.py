"""Books one file of a sync folder by what the folder is for, and says what became of it."""

import datetime
import hashlib
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from customers.documents import store
from customers.models import ImportBatch
from invoices.bank_lines import STATEMENT, LinesRefused, store_statement
from invoices.certain_lines import book_certain
from invoices.einvoices.importing import import_einvoices
from invoices.einvoices.outcomes import ASKS, LEFT_OUT, REFUSED
from invoices.imports.importing import import_ledger
from invoices.imports.ledgerfile import Options, open_ledger
from invoices.imports.problems import ImportProblem, LineProblem
from invoices.imports.reading import AUTO
from invoices.imports.tabular import open_table
from invoices.models import ColumnLayout, SyncSource
from invoices.models.incoming import SourceKind
from invoices.statements.layouts import header_key
from invoices.statements.opening import StatementFile, open_statement

SHOWN = 20


@dataclass(slots=True)
class FileReport:
    """What became of a file: `good` where something of it could be used. `problems`: (line, reason) of what was refused."""

    name: str
    good: bool = True
    reason: str = ""
    batch: int | None = None
    counts: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def needs_somebody(self) -> bool:
        """Whether a person must look at it: something was refused."""
        return not self.good or bool(self.problems)

    def stored(self) -> dict[str, Any]:
        """As much as the report of the source keeps; all of it is in the file beside the file."""
        return asdict(self) | {
            "counts": {word: count for word, count in self.counts.items() if count},
            "problems": self.problems[:SHOWN],
            "refused": len(self.problems),
            "missing": self.missing[:SHOWN],
        }

    def text(self) -> str:
        """The report that is put beside the file."""
        counts = ", ".join(f"{word}: {count}" for word, count in {**self.counts, **self.left_out}.items())
        lines = [self.name, self.reason or counts, *self.remarks]
        lines += [
            _("line %(line)d: %(reason)s") % {"line": line, "reason": reason} if line else reason
            for line, reason in self.problems
        ]
        if self.missing:
            lines.append(_("Open here, not in the file: %(numbers)s") % {"numbers": ", ".join(self.missing)})
        return "\n".join(line for line in lines if line) + "\n"


def book_file(source: SyncSource, name: str, content: bytes, today: datetime.date) -> FileReport:
    """Books a file with the rules of its kind; the same file again changes nothing. What cannot be read is said, never raised."""
    report = FileReport(name)
    try:
        if source.kind == SourceKind.STATEMENTS:
            _book_statement(source, report, content, today)
        elif source.kind == SourceKind.E_INVOICES:
            _book_einvoices(source, report, content, today)
        else:
            _book_ledger(source, report, content, today)
    except LinesRefused as refused:
        report.good, report.reason = False, str(refused)
        report.problems = _plain(refused.problems)
    except ImportProblem as problem:
        report.good, report.reason = False, str(problem)
    return report


def _book_ledger(source: SyncSource, report: FileReport, content: bytes, today: datetime.date) -> None:
    options = Options(**({"currency": source.business.currency} | source.layout))
    ledger = open_ledger(content, source.kind, options)
    report.remarks = ledger.profile.remarks() if ledger.profile else []
    _keep(source, report, content)
    tally, batch = import_ledger(
        business=source.business,
        kind=source.kind,
        rows=ledger.rows(today),
        file_name=report.name,
        sha256=_digest(content),
        layout=asdict(options),
        today=today,
    )
    report.good, report.batch = not tally.nothing_usable, batch.pk if batch else None
    report.counts = {
        str(_("new")): tally.created,
        str(_("changed")): tally.updated,
        str(_("known")): tally.unchanged,
        str(_("differing")): tally.conflicts,
    }
    report.left_out = tally.left_out
    report.problems = _plain(tally.refused)
    report.missing = tally.missing


def _book_einvoices(source: SyncSource, report: FileReport, content: bytes, today: datetime.date) -> None:
    found = import_einvoices(business=source.business, files=[(report.name, content)], today=today, name=report.name)
    states = [outcome.state for outcome in found.outcomes]
    report.batch = found.batch.pk if found.batch else None
    tally = found.tally
    report.counts = {str(_("new")): tally.created, str(_("changed")): tally.updated, str(_("known")): tally.unchanged}
    report.left_out = {str(_("left out")): states.count(LEFT_OUT)} if LEFT_OUT in states else {}
    report.problems = [(outcome.item.line, outcome.reason) for outcome in found.outcomes if outcome.state in (REFUSED, ASKS)]
    report.good = len(report.problems) < len(states)


def _book_statement(source: SyncSource, report: FileReport, content: bytes, today: datetime.date) -> None:
    """Stores the lines and, after that and again where a crash came between, books the certain ones."""
    file = _open_statement(source, report.name, content)
    _keep(source, report, content)
    sha256, common = _digest(content), {"business": source.business, "kind": STATEMENT}
    with transaction.atomic():
        batch = ImportBatch.objects.create(file_name=report.name[:200], sha256=sha256, layout=file.layout, **common)
        stored = store_statement(batch=batch, file=file)
        if not stored.changed_anything:
            batch.delete()
            batch = ImportBatch.objects.filter(sha256=sha256, undone_at=None, **common).first()
    report.counts = {str(_("lines")): stored.lines, str(_("new")): stored.new, str(_("known")): stored.known}
    report.remarks = [str(warning) for warning in stored.warnings]
    if batch is not None:
        settled = book_certain(business=source.business, on=today, batch=batch)
        report.batch = batch.pk
        report.counts |= {
            str(_("booked")): settled.matched,
            str(_("suggested")): settled.suggested,
            str(_("unmatched")): settled.unmatched,
        }


def _open_statement(source: SyncSource, name: str, content: bytes) -> StatementFile:
    """A table as a person confirmed tables with its head, where somebody did; else as the source says or it can be guessed."""
    currency = source.layout.get("currency") or source.business.currency
    chosen = {name: source.layout[name] for name in ("date_order", "decimal") if source.layout.get(name, AUTO) != AUTO}
    try:
        file, problem = open_statement(content, name, chosen or None, currency), None
    except ImportProblem as error:
        if error.option != "layout":
            raise
        file, problem = None, error
    header = file.header if file else open_table(content).header
    saved = ColumnLayout.objects.filter(business=source.business, header_key=header_key(header)).first() if header else None
    if saved is None and problem is not None:
        raise problem
    return open_statement(content, name, saved.options | chosen, currency) if saved else file


def _keep(source: SyncSource, report: FileReport, content: bytes) -> None:
    """Its bytes stay with the business, as an upload's do: refused lines can be had from them."""
    store(business=source.business, content=content, content_type="application/octet-stream", name=report.name[:200])


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _plain(problems: list[LineProblem]) -> list[tuple[int, str]]:
    return [(problem.line, str(problem)) for problem in problems]
