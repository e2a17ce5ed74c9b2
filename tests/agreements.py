"""Plans on offer with their agreement, and what it takes to sign one."""

import datetime
from collections.abc import Collection
from typing import Any

from customers.models import Customer
from invoices.agreements import prepare_agreement, ticks
from invoices.models import Invoice, PaymentPlan, PortalLink, Signature
from invoices.portal.tokens import hash_of, new_token
from invoices.signing import Proof, Signer, sign
from tests import make
from tests.make import day

OFFERED_ON = "2026-03-20"
SIGNED_AT = datetime.datetime(2026, 3, 21, 9, 30, 15, tzinfo=datetime.UTC)
ANA = Signer("Ana López", "Managing director", "ana@acme.example")


def offered(
    of: Customer, *amounts: str, instalments: dict[str, str] | None = None, prepared: bool = True, **fields: Any
) -> PaymentPlan:
    """A plan on offer since 20 March for invoices of these amounts, in one payment unless said otherwise."""
    rows: list[Invoice] = [make.invoice(of, f"INV-{number}", total=amount) for number, amount in enumerate(amounts, start=1)]
    parts = instalments or {"2026-03-25": str(sum(row.total for row in rows))}
    covered = {row: str(row.total) for row in rows}
    plan = make.plan(of, covered, parts, offered=OFFERED_ON, **fields)
    if prepared:
        prepare_agreement(plan=plan)
    return plan


def link_to(plan: PaymentPlan) -> PortalLink:
    """A link somebody could have opened to sign."""
    return PortalLink.objects.create(
        business=plan.business,
        customer=plan.customer,
        purpose="offer",
        currency=plan.currency,
        plan=plan,
        token_hash=hash_of(new_token()),
        expires_on=day("2026-03-27"),
    )


def proof_for(plan: PaymentPlan, at: datetime.datetime = SIGNED_AT, **fields: Any) -> Proof:
    """Opened ten minutes before, the code sent after five, confirmed two minutes before."""
    facts = {
        "link": link_to(plan),
        "method": "email",
        "sent_to": "ap@acme.example",
        "opened_at": at - datetime.timedelta(minutes=10),
        "code_sent_at": at - datetime.timedelta(minutes=5),
        "code_confirmed_at": at - datetime.timedelta(minutes=2),
        "address": "203.0.113.7",
        "user_agent": "Mozilla/5.0 (iPhone)",
        "locale": "es-ES",
    }
    return Proof(**(facts | fields))


def signed(plan: PaymentPlan, *, at: datetime.datetime = SIGNED_AT, ticked: Collection[str] = (), **fields: Any) -> Signature:
    """Ana signs what she was shown."""
    facts = {
        "signer": ANA,
        "ticks": ticked or {tick.key for tick in ticks(plan)},
        "shown_sha256": plan.document.sha256,
        "proof": proof_for(plan, at),
    }
    return sign(plan=plan, at=at, **(facts | fields))
