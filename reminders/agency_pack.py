"""Makes what an agency gets: one ZIP with everything that proves the debt, and an index of it with hashes (P22)."""

import datetime
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from django.conf import settings
from django.template.loader import get_template
from django.utils.translation import gettext as _
from django.utils.translation import override

from arcollect.addresses import paper_for
from arcollect.pdf import render_pdf
from customers.call_texts import reasons_of
from customers.models import Attachment, Customer, Document, Letter
from customers.models.letter import LetterState
from invoices.models import Allocation, Invoice, Signature
from reminders.cases import NOTHING, Case

ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "text/plain": "txt", "application/xml": "xml"}


@dataclass(frozen=True, slots=True)
class File:
    """One file of the pack: its path, what it is in words, its bytes."""

    name: str
    what: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def pack(*, customer: Customer, case: Case, agency: str, on: datetime.date) -> bytes:
    """The ZIP; equal facts give equal bytes. The index names every other file with its SHA-256."""
    with override(customer.business.language):
        files = list(_files(customer, case, on))
        context = {"files": files, "agency": agency, "total": _owed(case, on), "currency": case.currency}
        index = File("00-index.pdf", _("Index"), _pdf("index", customer, on, context))
        return zipped([index, *files], on)


def zipped(files: Sequence[File], on: datetime.date) -> bytes:
    """The files in one archive, all dated `on`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.name, (on.year, on.month, on.day, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, file.content)
    return buffer.getvalue()


def _files(customer: Customer, case: Case, on: datetime.date) -> Iterator[File]:
    ids = [row.id for row in case.invoices if row.days_past_due(on) > 0]
    yield File("01-statement.pdf", _("Statement of account"), _pdf("statement", customer, on, _statement(ids, case, on)))
    yield File("02-calls-and-promises.pdf", _("Calls and promises"), _pdf("history", customer, on, _history(customer, case)))
    yield from _invoices(ids)
    yield from _letters(customer, case.currency)
    yield from _agreements(customer, case.currency)
    yield from _deliveries(customer, ids)


def _owed(case: Case, on: datetime.date) -> Decimal:
    return sum((row.balance for row in case.invoices if row.days_past_due(on) > 0), NOTHING)


def _statement(ids: Sequence[int], case: Case, on: datetime.date) -> dict[str, object]:
    """The overdue invoices, what was paid of them, money of theirs we hold."""
    rows = Invoice.objects.filter(pk__in=ids).order_by("due_on", "number")
    paid = Allocation.objects.filter(invoice__in=ids, reversed_on=None).select_related("invoice", "payment", "credit_note")
    return {
        "rows": [(row, (on - row.due_on).days, row.total - row.balance) for row in rows],
        "paid": paid.order_by("on", "id"),
        "total": _owed(case, on),
        "unapplied": case.unapplied,
        "currency": case.currency,
    }


def _history(customer: Customer, case: Case) -> dict[str, object]:
    """What was said and promised, without what we noted for ourselves."""
    reasons = reasons_of(customer.business)
    calls = customer.conversations.select_related("contact").order_by("at", "id")
    told = [(customer.business.local_date(row.at), row, getattr(reasons.get(row.reason), "label", "")) for row in calls]
    promises = customer.promises.filter(currency=case.currency).order_by("made_on", "id")
    return {"calls": told, "promises": promises, "currency": case.currency}


def _invoices(ids: Sequence[int]) -> Iterator[File]:
    for row in Invoice.objects.filter(pk__in=ids, document__isnull=False).select_related("document").order_by("due_on", "pk"):
        words = _("Invoice %(number)s") % {"number": row.number}
        yield File(f"invoices/{_safe(row.number)}.{_ending(row.document)}", words, bytes(row.document.bytes))


def _letters(customer: Customer, currency: str) -> Iterator[File]:
    """Every letter that went out, as it went out."""
    rows = Letter.objects.filter(customer=customer, currency=currency, state=LetterState.SENT).select_related("document")
    for row in rows.order_by("sent_on", "pk"):
        name = f"letters/{row.sent_on.isoformat()}-{row.code}-{row.pk}.pdf"
        yield File(name, str(row.get_code_display()), bytes(row.document.bytes))


def _agreements(customer: Customer, currency: str) -> Iterator[File]:
    """What they signed, with the evidence of it."""
    plans = customer.plans.filter(currency=currency, signed_at__isnull=False, document__isnull=False).select_related("document")
    for plan in plans.order_by("pk"):
        yield File(f"agreements/plan-{plan.pk}.pdf", _("Payment plan"), bytes(plan.document.bytes))
    signed = Signature.objects.filter(plan__in=plans, evidence__isnull=False).select_related("evidence")
    for row in signed.order_by("pk"):
        yield File(f"agreements/plan-{row.plan_id}-signed-{row.pk}.pdf", _("Payment plan, signed"), bytes(row.evidence.bytes))


def _deliveries(customer: Customer, ids: Sequence[int]) -> Iterator[File]:
    """Papers kept with the invoices: proofs of delivery, orders."""
    subjects = [f"invoice:{pk}" for pk in ids]
    for row in Attachment.objects.filter(customer=customer, subject__in=subjects).select_related("document"):
        words = _("Proof of delivery, or other paper: %(name)s") % {"name": row.name}
        yield File(f"delivery/{row.pk}-{_safe(row.name)}", words, bytes(row.document.bytes))


def _ending(document: Document) -> str:
    return ENDINGS.get(document.content_type, "bin")


def _safe(name: str) -> str:
    """A file name every system takes."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.") or "file"


def _pdf(name: str, customer: Customer, on: datetime.date, context: dict[str, object]) -> bytes:
    business = customer.business
    common = {
        "business": business,
        "customer": customer,
        "on": on,
        "language": business.language,
        "paper": "a4" if paper_for(business.country) == "A4" else "letter",
    }
    return render_pdf(get_template(f"reminders/pack_{name}.html").render(common | context), stylesheet=_stylesheet())


@cache
def _stylesheet() -> str:
    return (settings.BASE_DIR / "templates" / "reminders" / "pack.css").read_text("utf-8")
