"""Computes again what a signature says: its record, what it names, and what the one log was told (domain.md 6.7, T53)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from arcollect.canonical import canonical_hash
from customers.models import Business, Event
from invoices.models import PaymentPlan, Signature
from invoices.models.portal import SignedBy
from invoices.signature_record import utc

KINDS = {"plan.signed": SignedBy.CUSTOMER, "plan.countersigned": SignedBy.CREDITOR}
CHUNK = 200

Pairs = dict[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Broken:
    """Something about a signature, or a signed plan, that is not as it was: `row` is "signature:3" or "plan:12"."""

    row: str
    name: str
    field: str
    stored: str
    computed: str


def broken_signatures(business: Business) -> Iterator[Broken]:
    """Every difference, in a fixed number of queries; the bytes of documents are checked with all others."""
    told = _told(business)
    rows = Signature.objects.filter(business=business).order_by("pk")
    rows = rows.select_related("plan", "document", "evidence", "link").defer("document__bytes", "evidence__bytes")
    for signature in rows.iterator(chunk_size=CHUNK):
        event = told.pop(signature.pk, {})
        pairs = {**_read(_of_record, signature), **_of_log(signature, event)}
        yield from _different(f"signature:{signature.pk}", signature.name, pairs)
    for pk, event in told.items():
        yield Broken(f"signature:{pk}", "", "signature", "missing", event["record_sha256"])
    yield from _unsigned(business)
    yield from _rewritten(business)


def _different(row: str, name: str, pairs: Pairs) -> Iterator[Broken]:
    for field, (stored, computed) in pairs.items():
        if stored != computed:
            yield Broken(row, name, field, str(stored), str(computed))


def _read(pairs_of: Callable[[Any], Pairs], row: Any) -> Pairs:
    """What `pairs_of` finds in the JSON of `row`; JSON that somebody put in its place has nothing to compare with."""
    try:
        return pairs_of(row)
    except (KeyError, TypeError, AttributeError, ArithmeticError) as error:
        return {"json": ("unreadable", repr(error))}


def _told(business: Business) -> dict[int, Mapping[str, Any]]:
    """What the log was told of each signature, by its id."""
    events = Event.objects.filter(business=business, kind__in=KINDS, data__has_key="signature").order_by("pk")
    return {data["signature"]: data | {"party": KINDS[kind]} for kind, data in events.values_list("kind", "data")}


def _of_record(signature: Signature) -> Pairs:
    """Field -> (as it is stored, as the record has it)."""
    record, plan, document = signature.record, signature.plan, signature.document
    signer, link = record["signer"], record.get("link", {})
    return {
        "record_sha256": (signature.record_sha256, canonical_hash(record)),
        "party": (signature.party, record["party"]),
        "name": (signature.name, signer["name"]),
        "role": (signature.role, signer["role"]),
        "email": (signature.email, signer["email"]),
        "signed_at": (utc(signature.signed_at), record["times"]["signed"]),
        "plan": (plan.pk, record["plan"]),
        "version": (plan.version, record["version"]),
        "terms_sha256": (plan.terms_sha256, record["terms_sha256"]),
        "document_sha256": (document.sha256, record["document_sha256"]),
        "document": (plan.document_id, document.pk),
        "link": (signature.link_id, link.get("id")),
        "token": (signature.link.token_hash if signature.link else None, link.get("token_sha256")),
    }


def _of_log(signature: Signature, event: Mapping[str, Any]) -> Pairs:
    evidence = signature.evidence.sha256 if signature.evidence else ""
    return {
        "event party": (signature.party, event.get("party", "")),
        "event terms_sha256": (signature.plan.terms_sha256, event.get("terms_sha256", "")),
        "event document_sha256": (signature.document.sha256, event.get("document_sha256", "")),
        "event record_sha256": (canonical_hash(signature.record), event.get("record_sha256", "")),
        "event evidence_sha256": (evidence, event.get("evidence_sha256", "")),
    }


def _unsigned(business: Business) -> Iterator[Broken]:
    """Plans that count as signed though no customer signed them."""
    signed = PaymentPlan.objects.filter(business=business, signed_at__isnull=False)
    for pk in signed.exclude(signatures__party=SignedBy.CUSTOMER).order_by("pk").values_list("pk", flat=True):
        yield Broken(f"plan:{pk}", "", "signatures", "none", "the customer's")


def _rewritten(business: Business) -> Iterator[Broken]:
    """Signed plans whose rows are not what their terms say: the schedule, the invoices, the sums."""
    plans = PaymentPlan.objects.filter(business=business, signed_at__isnull=False, terms__has_key="schedule")
    for plan in plans.prefetch_related("instalments", "covered").order_by("pk").iterator(chunk_size=CHUNK):
        yield from _different(f"plan:{plan.pk}", "", _read(_of_terms, plan))


def _of_terms(plan: PaymentPlan) -> Pairs:
    """Field -> (as its rows have it, as was signed)."""
    terms = plan.terms
    schedule = sorted((row.position, row.due_on.isoformat(), row.amount) for row in plan.instalments.all())
    covered = {row.invoice_id: row.amount for row in plan.covered.all()}
    return {
        "currency": (plan.currency, terms["currency"]),
        "total": (plan.total, Decimal(terms["total"])),
        "discount": (plan.discount, Decimal(terms["discount"])),
        "schedule": (schedule, [(row["position"], row["due_on"], Decimal(row["amount"])) for row in terms["schedule"]]),
        "invoices": (covered, {row["invoice"]: Decimal(row["covered"]) for row in terms["invoices"]}),
    }
