"""Sends the signed copy to both sides and writes down what became of it (domain.md 6.7). A failure undoes nothing."""

import datetime
import logging
from collections.abc import Iterator

from django.db import transaction

from arcollect.mail import send_signed_copy
from customers import log
from customers.models import Membership
from customers.models.business import Role
from invoices.agreement_words import words_of
from invoices.models import Signature
from invoices.models.portal import SignedBy

logger = logging.getLogger(__name__)

NO_ADDRESS = "no e-mail address of the customer"


def send_copies(*, signature: Signature, at: datetime.datetime) -> bool:
    """Mails the signed copy to the customer's signer and to the creditor; whether both were taken. May be tried again later."""
    recipients = list(_recipients(signature))
    problems = [] if any(side == SignedBy.CUSTOMER for side, _address, _name in recipients) else [NO_ADDRESS]
    for _side, address, name in recipients:
        try:
            _send(signature, address, name)
        except (OSError, ValueError) as error:
            logger.warning("Signature %s: no copy sent: %s", signature.pk, error)
            problems.append(f"{address}: {error}")
    _keep_outcome(signature, problems, at)
    return not problems


def _recipients(signature: Signature) -> Iterator[tuple[SignedBy, str, str]]:
    """(side, address, name): who signed for the customer, and the business's own mailbox, else its owners'."""
    customer = signature.plan.signatures.select_related("link__contact").get(party=SignedBy.CUSTOMER)
    on_file = customer.link.contact.email if customer.link and customer.link.contact else ""
    if address := customer.email or customer.record["code"]["sent_to"] or on_file:
        yield SignedBy.CUSTOMER, address, customer.name
    business = signature.business
    owners = Membership.objects.filter(business=business, role=Role.OWNER).order_by("pk")
    for address in [business.email] if business.email else owners.values_list("user__email", flat=True):
        yield SignedBy.CREDITOR, address, business.name


def _send(signature: Signature, address: str, name: str) -> None:
    terms, business = signature.plan.terms, signature.business
    words = words_of(terms["language"])["mail"]
    text = words["text" if signature.party == SignedBy.CUSTOMER else "text_countersigned"]
    paragraphs = (words["greeting"].format(name=name), text.format(reference=terms["reference"]), words["questions"])
    send_signed_copy(
        to=address,
        subject=words["subject"].format(company=business.name),
        text="\n\n".join([*paragraphs, business.name]),
        sender=business.name,
        reply_to=business.email,
        name=f"{terms['reference']}.pdf".replace("/", "-"),
        content=bytes(signature.evidence.bytes),
    )


@transaction.atomic
def _keep_outcome(signature: Signature, problems: list[str], at: datetime.datetime) -> None:
    """What became of the mail, beside the signature; in the log only that it went or did not, without anybody's address."""
    outcome = {"copy_sent_at": None if problems else at, "copy_problem": "; ".join(problems)[:300]}
    Signature.objects.filter(pk=signature.pk).update(**outcome)
    kind = "signature.copy_failed" if problems else "signature.copy_sent"
    plan = signature.plan
    log.record(
        signature.business,
        kind,
        f"paymentplan:{plan.pk}",
        customer=plan.customer,
        signature=signature.pk,
        evidence_sha256=signature.evidence.sha256,
    )
