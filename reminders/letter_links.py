"""The customer's link in a letter: made when it is handed over, known only to the letter itself, written in its claim (6.8)."""

import datetime
import re

from customers.models import Contact, Letter, User
from customers.models.letter import LetterCode
from invoices.linking import issue_link, revoke_link
from invoices.models import Invoice, PaymentPlan, PortalLink, Settlement
from invoices.models.agreement import LIVE_PLAN_STATES, PlanState
from invoices.models.portal import LinkPurpose
from invoices.models.settlement import LIVE_SETTLEMENT_STATES, SettlementState
from invoices.portal.tokens import LENGTH, PLACEHOLDER, address_of, new_token

# What was kept of a letter's words while it was only looked at.
PLACEHOLDER_ADDRESS = re.compile(rf"\S*/p/x{{{LENGTH}}}/")
# Lists a letter keeps of invoices it shows.
LISTS = ("lines", "not_due", "set_aside")
# About what is agreed: their link shows it also while it runs. Others show what can still be accepted.
ABOUT_PLANS = frozenset({LetterCode.LPD, LetterCode.LPI})
ABOUT_AGREEMENTS = ABOUT_PLANS | {LetterCode.LCALL}


def mint(letter: Letter) -> None:
    """Gives a letter on its way out the token of its link; only the letter in hand knows it, and no row ever does (T50)."""
    letter.portal_token = new_token() if has_link(letter) else ""


def portal_url(letter: Letter) -> str | None:
    """The address of the link in a letter: real on its way out, else one of the same shape that opens nothing. None without."""
    return address_of(letter.portal_token or PLACEHOLDER) if has_link(letter) else None


def with_link(words: str, letter: Letter) -> str:
    """Words a person gave a letter, with its real link where they saw the one that opens nothing."""
    return PLACEHOLDER_ADDRESS.sub(lambda _: portal_url(letter) or "", words)


def has_link(letter: Letter) -> bool:
    """Whether there is something to open: an invoice the letter shows, or the plan it is about."""
    return letter.code in ABOUT_PLANS or bool(invoices_of(letter))


def invoices_of(letter: Letter) -> set[int]:
    """The ids of every invoice the letter shows: its link shows these and no others (T50)."""
    return {row["invoice"] for name in LISTS for row in letter.facts.get(name, ())}


def store_link(letter: Letter, contact: Contact | None, today: datetime.date) -> None:
    """Writes the link of a letter that is being claimed; those of the letters it stands in for open nothing any more."""
    if not letter.portal_token:
        return
    plan = _plan(letter)
    settlement = None if plan else _settlement(letter)
    for former in PortalLink.objects.filter(letter__in=letter.facts.get("instead_of", ()), revoked_at=None):
        revoke_link(link=former)
    shown = Invoice.objects.filter(pk__in=invoices_of(letter), customer=letter.customer_id, currency=letter.currency)
    issue_link(
        customer=letter.customer,
        purpose=LinkPurpose.LETTER,
        currency=letter.currency,
        invoices=shown.values_list("pk", flat=True),
        token=letter.portal_token,
        today=today,
        plan=plan,
        settlement=settlement,
        letter=letter,
        contact=contact,
    )


def revoke_links(letter: Letter, actor: User | None = None) -> None:
    """The links of a letter that did not go after all open nothing any more."""
    for link in PortalLink.objects.filter(letter=letter, revoked_at=None).select_related("business", "customer"):
        revoke_link(link=link, actor=actor)


def _plan(letter: Letter) -> PaymentPlan | None:
    states = LIVE_PLAN_STATES if letter.code in ABOUT_AGREEMENTS else [PlanState.OFFERED, PlanState.VIEWED]
    plans = PaymentPlan.objects.filter(customer=letter.customer_id, currency=letter.currency, state__in=states)
    return plans.order_by("-id").first()


def _settlement(letter: Letter) -> Settlement | None:
    states = LIVE_SETTLEMENT_STATES if letter.code in ABOUT_AGREEMENTS else [SettlementState.OFFERED]
    return Settlement.objects.filter(customer=letter.customer_id, currency=letter.currency, state__in=states).first()
