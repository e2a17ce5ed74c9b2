"""Writes what a customer agrees to behind their link: plans proposed, signed and declined."""

import datetime
from collections.abc import Collection, Iterable

from django.db import transaction

from invoices import linking
from invoices.models import PaymentPlan, Signature
from invoices.planning import decline_offer, propose_plan
from invoices.plans import Schedule
from invoices.portal.acting import confirmed, tell
from invoices.portal.opening import Portal
from invoices.signing import Proof, Signer, sign


@transaction.atomic
def propose(
    *, portal: Portal, instalments: Schedule, words: str, only: Iterable[int], answers: PaymentPlan | None = None
) -> PaymentPlan:
    """A plan over invoices of the link: within our limits it is theirs to sign, beyond them the owner answers (domain.md 6.2)."""
    confirmed(portal)
    plan = propose_plan(
        customer=portal.customer,
        currency=portal.link.currency,
        instalments=instalments,
        words=words,
        on=portal.today,
        only=list(only),
        answers=answers,
    )
    tell(portal, "portal.proposed", paymentplan=plan.pk)
    return plan


@transaction.atomic
def sign_here(
    *,
    portal: Portal,
    plan: PaymentPlan,
    name: str,
    role: str,
    ticks: Collection[str],
    shown_sha256: str,
    opened_at: datetime.datetime | None,
    address: str,
    user_agent: str,
    locale: str,
) -> Signature:
    """Their signature, with everything that shows whose it is (domain.md 6.7); the link now lives as long as the plan (T51).

    `opened_at`: when they opened the agreement; None where that is not known for certain: then since they were known.
    """
    code = confirmed(portal)
    proof = Proof(
        link=portal.link,
        method=code.method,
        sent_to=code.sent_to,
        opened_at=min(opened_at or code.confirmed_at, portal.now),
        code_sent_at=code.sent_at,
        code_confirmed_at=code.confirmed_at,
        address=address,
        user_agent=user_agent,
        locale=locale,
    )
    signer = Signer(name, role, code.sent_to)
    signature = sign(plan=plan, signer=signer, ticks=ticks, shown_sha256=shown_sha256, proof=proof, at=portal.now)
    linking.carry(link=portal.link, plan=plan)
    linking.outlive(plan=plan)
    tell(portal, "portal.signed", paymentplan=plan.pk, signature=signature.pk)
    return signature


@transaction.atomic
def decline(*, portal: Portal, plan: PaymentPlan) -> None:
    """The plan on offer is not taken; they are rung about what is possible instead."""
    confirmed(portal)
    decline_offer(plan=plan, on=portal.today)
    tell(portal, "portal.declined", paymentplan=plan.pk)
