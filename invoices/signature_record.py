"""What a signature rests on, as one JSON object whose hash stands in the log (domain.md 6.7). Pure."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from invoices.agreements import Tick
from invoices.models import PaymentPlan, PortalLink
from invoices.models.portal import SignedBy

FORMAT = "signature-record/1"


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, as they typed it."""

    name: str
    role: str
    email: str


@dataclass(frozen=True, slots=True)
class Proof:
    """How we know who acted: the link they came by, what confirmed them, when, and from where.

    `method`: a CodeMethod. `sent_to`: where the code went, "" where none was sent. `address`: theirs on the network.
    """

    link: PortalLink
    method: str
    sent_to: str
    opened_at: datetime.datetime
    code_sent_at: datetime.datetime | None
    code_confirmed_at: datetime.datetime
    address: str
    user_agent: str
    locale: str


def customer_record(
    plan: PaymentPlan, signer: Signer, ticked: Sequence[Tick], proof: Proof, at: datetime.datetime, seal: Mapping[str, Any]
) -> dict[str, Any]:
    """Everything domain.md 6.7 lists. Of the link its id and the hash of its token: whoever reads this cannot use it."""
    return _signed(plan, SignedBy.CUSTOMER, asdict(signer), seal) | {
        "ticks": [asdict(tick) for tick in ticked],
        "times": {
            "opened": utc(proof.opened_at),
            "code_sent": utc(proof.code_sent_at),
            "code_confirmed": utc(proof.code_confirmed_at),
            "signed": utc(at),
        },
        "address": proof.address,
        "user_agent": proof.user_agent,
        "locale": proof.locale,
        "link": {"id": proof.link.pk, "token_sha256": proof.link.token_hash},
        "code": {"method": str(proof.method), "sent_to": proof.sent_to, "outcome": "confirmed"},
    }


def creditor_record(
    plan: PaymentPlan, signer: Signer, user_id: int, customer_sha256: str, at: datetime.datetime, seal: Mapping[str, Any]
) -> dict[str, Any]:
    """The countersignature: who logged in and signed for the creditor, and which signature of the customer they answered."""
    return _signed(plan, SignedBy.CREDITOR, asdict(signer), seal) | {
        "times": {"signed": utc(at)},
        "user": user_id,
        "customer_record_sha256": customer_sha256,
    }


def _signed(plan: PaymentPlan, party: SignedBy, signer: dict[str, str], seal: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "party": str(party),
        "plan": plan.pk,
        "version": plan.version,
        "reference": plan.terms["reference"],
        "terms_sha256": plan.terms_sha256,
        "document_sha256": plan.document.sha256,
        "signer": signer,
        "previous_seal": dict(seal),
    }


def utc(moment: datetime.datetime | None) -> str:
    """The moment as a record has it: "2026-07-01T09:30:00+00:00", "" for none."""
    return moment.astimezone(datetime.UTC).isoformat(timespec="seconds") if moment else ""
