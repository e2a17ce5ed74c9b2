"""Writes signatures: who signed which bytes, how they were known, what they ticked, all of it kept and hashed (domain.md 6.7)."""

import datetime
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from arcollect.canonical import canonical_hash
from customers import log
from customers.documents import store
from customers.models import Business, Membership, User
from customers.models.business import Role
from invoices import agreements
from invoices.agreeing import AgreementError
from invoices.agreement_terms import rules_of
from invoices.agreements import PDF
from invoices.evidence import signed_copy
from invoices.instalments import COUNTERSIGN
from invoices.models import PaymentPlan, PortalLink, Signature
from invoices.models.agreement import BLOCKING_PLAN_STATES, PlanState
from invoices.models.portal import SignedBy
from invoices.planning import activate, mark_signed
from invoices.signature_record import Proof, Signer, creditor_record, customer_record
from invoices.signed_copies import send_copies

__all__ = ["Proof", "Signer", "countersign", "sign"]


@transaction.atomic
def sign(
    *,
    plan: PaymentPlan,
    signer: Signer,
    ticks: Collection[str],
    shown_sha256: str,
    proof: Proof,
    at: datetime.datetime,
    copies: bool = True,
) -> Signature:
    """The customer's signature under the agreement they were shown; after the commit both sides get the signed copy.

    `ticks`: the keys of what was ticked. `shown_sha256`: the hash of the PDF on their screen. `copies`: whether mail may leave.
    Raises AgreementError where it cannot be signed so, in words for the signer.
    """
    row, on = _locked(plan), plan.business.local_date(at)
    signer = Signer(*(part.strip() for part in (signer.name, signer.role, signer.email)))
    _refuse(row, signer, ticks, shown_sha256, proof)
    mark_signed(plan=row, at=at, on=on)
    record = customer_record(row, signer, agreements.ticks(row), proof, at, _last_seal(row.business))
    signature = _keep(row, SignedBy.CUSTOMER, signer, record, at, link=proof.link)
    _tell(signature, "plan.signed", None)
    if copies:
        _send_copies(signature)
    return signature


@transaction.atomic
def countersign(*, plan: PaymentPlan, by: User, at: datetime.datetime) -> Signature:
    """The creditor's signature under what the customer signed, by an owner. Raises AgreementError where nothing is to sign."""
    row = _locked(plan)
    signed = row.signatures.filter(party=SignedBy.CUSTOMER).first()
    if not Membership.objects.filter(business=row.business, user=by, role=Role.OWNER).exists():
        raise AgreementError(_("Only an owner signs for the business."))
    if signed is None or row.state not in BLOCKING_PLAN_STATES:
        raise AgreementError(_("The customer signs first."))
    if row.signatures.filter(party=SignedBy.CREDITOR).exists():
        raise AgreementError(_("This plan is countersigned already."))
    signer = Signer(str(by), str(Role.OWNER.label), by.email)
    record = creditor_record(row, signer, by.pk, signed.record_sha256, at, _last_seal(row.business))
    signature = _keep(row, SignedBy.CREDITOR, signer, record, at, by=by, before=[signed.record])
    if row.state == PlanState.SIGNED and rules_of(row)["active_from"] == COUNTERSIGN:
        activate(plan=row, on=row.business.local_date(at), actor=by)
    _tell(signature, "plan.countersigned", by)
    _send_copies(signature)
    return signature


def _locked(plan: PaymentPlan) -> PaymentPlan:
    """The plan as it is now, nobody else's to sign or change until this transaction ends."""
    rows = PaymentPlan.objects.select_for_update(of=("self",)).select_related("business", "customer", "document")
    return rows.get(pk=plan.pk)


def _refuse(plan: PaymentPlan, signer: Signer, ticked: Collection[str], shown_sha256: str, proof: Proof) -> None:
    """Raises AgreementError with the first reason why this cannot be signed so; whether it still can be is `mark_signed`'s."""
    if not _opens(proof.link, plan):
        raise AgreementError(_("This link is not for this agreement."))
    if plan.document is None or plan.document.sha256 != shown_sha256:
        raise AgreementError(_("The agreement changed while you were reading it: please read the new version."))
    if {tick.key for tick in agreements.ticks(plan)} != set(ticked):
        raise AgreementError(_("Please confirm each of the sentences."))
    if not signer.name:
        raise AgreementError(_("Please type your full name."))


def _opens(link: PortalLink, plan: PaymentPlan) -> bool:
    """Whether the link was made for this plan, or for all the invoices it covers (T50)."""
    if link.customer_id != plan.customer_id or link.plan_id == plan.pk:
        return link.customer_id == plan.customer_id
    covered = plan.covered.values_list("invoice_id", flat=True)
    return set(covered) <= set(link.invoices.values_list("pk", flat=True))


def _last_seal(business: Business) -> Mapping[str, Any]:
    """The newest seal of the log: what was sealed by then cannot have been written after this signature."""
    seal = business.seals.order_by("-id").first()
    return {"id": seal.pk, "last_event": seal.last_event_id, "hash": seal.hash} if seal else {}


def _keep(
    plan: PaymentPlan,
    party: SignedBy,
    signer: Signer,
    record: dict[str, Any],
    at: datetime.datetime,
    *,
    before: Collection[dict[str, Any]] = (),
    **signed_by: Any,
) -> Signature:
    """Stores the signature with its evidence: the exact agreement, and a page about it and those `before` it."""
    content = signed_copy(bytes(plan.document.bytes), plan.terms, [*before, record])
    name = f"{plan.terms['reference']}-{party}.pdf".replace("/", "-")
    return Signature.objects.create(
        business=plan.business,
        plan=plan,
        party=party,
        name=signer.name,
        role=signer.role,
        email=signer.email,
        record=record,
        record_sha256=canonical_hash(record),
        document=plan.document,
        evidence=store(business=plan.business, content=content, content_type=PDF, name=name),
        signed_at=at,
        **signed_by,
    )


def _tell(signature: Signature, kind: str, actor: User | None) -> None:
    """Puts the signature's hashes into the one log, which the next seal covers."""
    log.record(
        signature.business,
        kind,
        f"paymentplan:{signature.plan_id}",
        customer=signature.plan.customer,
        actor=actor,
        signature=signature.pk,
        terms_sha256=signature.record["terms_sha256"],
        document_sha256=signature.record["document_sha256"],
        record_sha256=signature.record_sha256,
        evidence_sha256=signature.evidence.sha256,
    )


def _send_copies(signature: Signature) -> None:
    """Once all of this is committed: what was signed must not depend on a mail server."""
    transaction.on_commit(partial(send_copies, signature=signature, at=signature.signed_at))
