"""Proves the stored figures: each is computed again from its rows, in SQL, in a fixed number of queries a business.

Every check yields one Difference for each row that is not what its rows, or its bytes, say (architecture.md, Invariants).
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Greatest, Round

from arcollect.canonical import canonical_hash
from customers import log
from customers.models import Business, Document, Letter
from customers.models.letter import LetterState
from invoices.line_check import broken_lines
from invoices.models import (
    Allocation,
    BankLine,
    CreditNote,
    Instalment,
    Invoice,
    Payment,
    PaymentPlan,
    PlanInvoice,
    Refund,
    Settlement,
    Signature,
    WriteOff,
)
from invoices.settlement_check import broken_settlements
from invoices.signature_check import broken_signatures
from reminders.models import HandOff, HandOffState

AMOUNT: DecimalField = DecimalField(max_digits=18, decimal_places=3)
NOTHING = Decimal(0)
CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Difference:
    """What is stored in `field` of `row` ("invoice:812", `name` as people know it) and what it should be."""

    row: str
    name: str
    field: str
    stored: str
    computed: str


@dataclass(frozen=True, slots=True)
class Verified:
    """How many rows of each kind were computed again, and every difference found."""

    checked: dict[str, int]
    differences: list[Difference]


def verify(business: Business) -> Verified:
    """Checks every stored figure of a business; reads everything, writes nothing."""
    owned = {"business": business}
    checked = {
        "invoices": Invoice.objects.filter(**owned).count(),
        "payments": Payment.objects.filter(**owned).count(),
        "credit_notes": CreditNote.objects.filter(**owned).count(),
        "allocations": Allocation.objects.filter(**owned).count(),
        "bank_lines": BankLine.objects.filter(**owned).count(),
        "plans": PaymentPlan.objects.filter(**owned).count(),
        "signatures": Signature.objects.filter(**owned).count(),
        "settlements": Settlement.objects.filter(**owned).count(),
        "hand_offs": HandOff.objects.filter(**owned).count(),
        "documents": Document.objects.filter(**owned).count(),
        "letters": Letter.objects.filter(**owned, state=LetterState.SENT).count(),
        "seals": business.seals.count(),
    }
    agreed = (_plans, _terms, _signatures, _settlements, _hand_offs)
    checks = (_balances, _paid_dates, _sources, _bank_lines, _copies, *agreed, _documents, _letters, _seals)
    return Verified(checked, [difference for check in checks for difference in check(business)])


def _balances(business: Business) -> Iterator[Difference]:
    """balance = total - allocations that stand - write-offs that stand."""
    taken = _sum(Allocation.objects.filter(invoice=OuterRef("pk"), reversed_on=None), "invoice")
    given_up = _sum(WriteOff.objects.filter(invoice=OuterRef("pk"), reversed_on=None), "invoice")
    rows = Invoice.objects.filter(business=business).annotate(computed=_exact(F("total") - taken - given_up))
    yield from _wrong(rows, "invoice", "number", "balance")


def _paid_dates(business: Business) -> Iterator[Difference]:
    """paid_on is there exactly where nothing is open: the latest day something was taken off, or one its total was corrected."""
    allocated = _latest(Allocation.objects.filter(invoice=OuterRef("pk"), reversed_on=None))
    given_up = _latest(WriteOff.objects.filter(invoice=OuterRef("pk"), reversed_on=None))
    rows = Invoice.objects.filter(business=business).order_by("pk")
    early = rows.filter(balance__gt=0, paid_on__isnull=False).values_list("pk", "number", "paid_on")
    for pk, number, paid_on in early.iterator(chunk_size=CHUNK):
        yield Difference(f"invoice:{pk}", number, "paid_on", str(paid_on), "None")
    settled = rows.filter(balance=0).annotate(a=Subquery(allocated), w=Subquery(given_up))
    settled = settled.annotate(computed=Greatest(Coalesce("a", "w"), Coalesce("w", "a")))
    wrong = settled.exclude(paid_on=F("computed")) | settled.filter(paid_on=None)
    for pk, number, paid_on, computed in wrong.values_list("pk", "number", "paid_on", "computed").iterator(chunk_size=CHUNK):
        corrected = paid_on and paid_on > computed
        if not (corrected and business.events.filter(subject=f"invoice:{pk}", kind="invoice.changed").exists()):
            yield Difference(f"invoice:{pk}", number, "paid_on", str(paid_on), str(computed))


def _sources(business: Business) -> Iterator[Difference]:
    """allocated = the allocations and the refunds that stand; a returned payment has no allocation."""
    for model, key, name in ((Payment, "payment", "reference"), (CreditNote, "credit_note", "number")):
        spent, paid_back = (
            _sum(rows.objects.filter(**{key: OuterRef("pk")}, reversed_on=None), key) for rows in (Allocation, Refund)
        )
        rows = model.objects.filter(business=business).annotate(computed=_exact(spent + paid_back))
        yield from _wrong(rows, key, name, "allocated")


def _bank_lines(business: Business) -> Iterator[Difference]:
    """A booked line is worth its payments, one that took a payment back is that payment's sum, all others have neither."""
    for broken in broken_lines(business):
        yield Difference(broken.row, broken.name, broken.field, broken.stored, broken.computed)


def _copies(business: Business) -> Iterator[Difference]:
    """An allocation's stored currencies are those of its invoice and of its source; the customer is the same on both sides."""
    rows = Allocation.objects.filter(business=business).annotate(
        of_source=Coalesce("payment__currency", "credit_note__currency"),
        payer=Coalesce("payment__customer_id", "credit_note__customer_id"),
    )
    for field, true in (("invoice_currency", "invoice__currency"), ("source_currency", "of_source")):
        for pk, stored, computed in rows.exclude(**{field: F(true)}).values_list("pk", field, true).order_by("pk"):
            yield Difference(f"allocation:{pk}", "", field, stored, computed)
    strangers = rows.exclude(invoice__customer_id=F("payer")).values_list("pk", "invoice__customer_id", "payer")
    for pk, debtor, payer in strangers.order_by("pk"):
        yield Difference(f"allocation:{pk}", "", "customer", str(payer), str(debtor))


def _plans(business: Business) -> Iterator[Difference]:
    """The parts of invoices a plan covers come to its total, its instalments to that less the discount."""
    for field, model, wanted in (("instalments", Instalment, F("total") - F("discount")), ("covered", PlanInvoice, F("total"))):
        summed = _sum(model.objects.filter(plan=OuterRef("pk")), "plan")
        rows = PaymentPlan.objects.filter(business=business).annotate(computed=summed, wanted=_exact(wanted))
        for pk, total, computed in rows.exclude(wanted=F("computed")).order_by("pk").values_list("pk", "wanted", "computed"):
            yield Difference(f"plan:{pk}", "", field, _plain(computed), _plain(total))


def _terms(business: Business) -> Iterator[Difference]:
    """What was signed still has the hash it was signed with."""
    signed = PaymentPlan.objects.filter(business=business, signed_at__isnull=False).order_by("pk")
    for pk, terms, stored in signed.values_list("pk", "terms", "terms_sha256").iterator(chunk_size=CHUNK):
        if canonical_hash(terms) != stored:
            yield Difference(f"plan:{pk}", "", "terms_sha256", stored, canonical_hash(terms))


def _signatures(business: Business) -> Iterator[Difference]:
    """Who signed what, as it was recorded, told to the log and set out in the plan (domain.md 6.7)."""
    for broken in broken_signatures(business):
        yield Difference(broken.row, broken.name, broken.field, broken.stored, broken.computed)


def _settlements(business: Business) -> Iterator[Difference]:
    """What settlements cover, received and credited (domain.md 6.6)."""
    for broken in broken_settlements(business):
        yield Difference(broken.row, broken.name, broken.field, broken.stored, broken.computed)


def _hand_offs(business: Business) -> Iterator[Difference]:
    """What an agency got is kept, its own business's; it is with them exactly until the day it ended (P22)."""
    pack = Document.objects.filter(pk=OuterRef("pack_id"), business=business, content_type="application/zip")
    rows = HandOff.objects.filter(business=business).order_by("pk")
    for pk, pack_id in rows.filter(~Exists(pack)).values_list("pk", "pack_id"):
        yield Difference(f"handoff:{pk}", "", "pack", str(pack_id), "a pack of this business")
    wrong = Q(state=HandOffState.HANDED, ended_on__isnull=False) | (~Q(state=HandOffState.HANDED) & Q(ended_on=None))
    for pk, state, ended_on in rows.filter(wrong).values_list("pk", "state", "ended_on"):
        yield Difference(f"handoff:{pk}", "", "state", state, f"ended on {ended_on}")


def _documents(business: Business) -> Iterator[Difference]:
    """Every document's bytes have the hash and the size stored with them; one document in memory at a time."""
    rows = Document.objects.filter(business=business).order_by("pk")
    for pk, name, stored, size, content in rows.values_list("pk", "name", "sha256", "size", "bytes").iterator(chunk_size=20):
        computed = hashlib.sha256(content).hexdigest()
        if (computed, len(content)) != (stored, size):
            yield Difference(f"document:{pk}", name, "sha256", f"{stored} ({size} bytes)", f"{computed} ({len(content)} bytes)")


def _letters(business: Business) -> Iterator[Difference]:
    """A letter that was sent keeps the copy of what was sent, its own business's and a PDF."""
    copy = Document.objects.filter(pk=OuterRef("document_id"), business=business, content_type="application/pdf")
    sent = Letter.objects.filter(business=business, state=LetterState.SENT).exclude(Exists(copy))
    for pk, code, document_id in sent.order_by("pk").values_list("pk", "code", "document_id"):
        yield Difference(f"letter:{pk}", code, "document", str(document_id), "a PDF of this business")


def _seals(business: Business) -> Iterator[Difference]:
    for problem in log.broken_seals(business):
        row, _, words = problem.partition(": ")
        yield Difference(row.replace(" ", ":"), "", "hash", "", words)


def _wrong(rows: QuerySet[Any], kind: str, name: str, field: str) -> Iterator[Difference]:
    """The annotated rows whose stored `field` is not the `computed` one."""
    found = rows.exclude(**{field: F("computed")}).order_by("pk").values_list("pk", name, field, "computed")
    for pk, label, stored, computed in found.iterator(chunk_size=CHUNK):
        yield Difference(f"{kind}:{pk}", label, field, _plain(stored), _plain(computed))


def _sum(rows: QuerySet[Any], grouped_by: str) -> Round:
    """The sum of the amounts of `rows` as part of an outer query, nothing where there are none."""
    summed = rows.order_by().values(grouped_by).annotate(sum=Sum("amount")).values("sum")
    return _exact(Coalesce(Subquery(summed, output_field=AMOUNT), NOTHING, output_field=AMOUNT))


def _exact(amount: Any) -> Round:
    """SQLite adds amounts in binary: what it adds is brought back to the three decimals every amount is stored with."""
    return Round(amount, precision=3, output_field=AMOUNT)


def _latest(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by().values("invoice").annotate(latest=Max("on")).values("latest")


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
