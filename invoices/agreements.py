"""Writes a plan's agreement: its terms frozen as JSON with their hash, and the PDF that is to be signed (domain.md 6.1, T53)."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from arcollect.canonical import canonical_hash
from customers.documents import data_uri, store
from invoices.agreeing import AgreementError
from invoices.agreement_page import agreement_pdf
from invoices.agreement_terms import terms_of
from invoices.models import PaymentPlan

PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Tick:
    """What a signer confirms apart from all else: its exact words, and the version of the words they come from."""

    key: str
    text: str
    version: str


@transaction.atomic
def prepare_agreement(*, plan: PaymentPlan) -> None:
    """Freezes what the plan says now and stores the PDF that is to be signed. Raises AgreementError once it is signed.

    Whatever is changed before the signature is prepared anew, so that what is shown is what is signed.
    """
    terms = terms_of(plan)
    content = agreement_pdf(terms, canonical_hash(terms), data_uri(plan.business.logo))
    name = f"{terms['reference']}.pdf".replace("/", "-")
    document = store(business=plan.business, content=content, content_type=PDF, name=name)
    fresh = {"terms": terms, "terms_sha256": canonical_hash(terms), "document": document}
    if not PaymentPlan.objects.filter(pk=plan.pk, signed_at=None).update(**fresh):
        raise AgreementError(_("What was signed cannot change: it takes a new version and a new signature."))
    for name, value in fresh.items():
        setattr(plan, name, value)


def ticks(plan: PaymentPlan) -> tuple[Tick, ...]:
    """What the signer of `plan` has to confirm, as it was frozen: agree, electronic, authority, debt (domain.md 6.7)."""
    return tuple(Tick(**row) for row in plan.terms.get("ticks", ()))
