"""Writes the customer's links: made, revoked, made anew, looked at (domain.md 6.8). The only writer of PortalLink."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from customers import log
from customers.models import Contact, Customer, Letter, User
from invoices.models import Invoice, PaymentPlan, PortalCode, PortalLink, Settlement
from invoices.models.portal import LinkPurpose
from invoices.portal.tokens import hash_of, new_token


class LinkError(Exception):
    """Why a link cannot be made; in the reader's language."""


@transaction.atomic
def issue_link(
    *,
    customer: Customer,
    purpose: LinkPurpose,
    currency: str,
    invoices: Iterable[int],
    token: str,
    today: datetime.date,
    plan: PaymentPlan | None = None,
    settlement: Settlement | None = None,
    letter: Letter | None = None,
    contact: Contact | None = None,
    actor: User | None = None,
) -> PortalLink:
    """A link that opens these invoices (ids) and this plan or settlement with its own, and nothing else of the account (T50).

    Those of the same letter made before are revoked: the newest copy is the one that counts. Raises LinkError where an invoice
    is not this customer's, or in another currency.
    """
    ids = set(invoices)
    for offer in (plan, settlement):
        ids |= set(offer.covered.values_list("invoice_id", flat=True)) if offer is not None else set()
    if Invoice.objects.filter(pk__in=ids, customer=customer, currency=currency).count() != len(ids):
        raise LinkError(_("A link shows invoices of one customer, in one currency."))
    if any(row is not None and row.customer_id != customer.pk for row in (plan, settlement, letter, contact)):
        raise LinkError(_("A link shows what is one customer's."))
    if letter is not None:
        for former in PortalLink.objects.filter(letter=letter, revoked_at=None):
            revoke_link(link=former, actor=actor)
    rules = customer.business.rules["portal"]
    link = PortalLink.objects.create(
        business=customer.business,
        customer=customer,
        purpose=purpose,
        currency=currency,
        plan=plan,
        settlement=settlement,
        letter=letter,
        contact=contact,
        token_hash=hash_of(token),
        expires_on=expiry(purpose, rules, today, plan=plan, settlement=settlement),
        code_to_view=rules["code_to_view"],
        by=actor,
    )
    link.invoices.set(ids)
    _tell(link, "portal.issued", actor, invoices=sorted(ids), expires=link.expires_on.isoformat(), **_scope(link))
    return link


def expiry(
    purpose: LinkPurpose,
    rules: dict[str, Any],
    today: datetime.date,
    *,
    plan: PaymentPlan | None = None,
    settlement: Settlement | None = None,
) -> datetime.date:
    """The last day the link opens: a letter's 90 days, an offer's accept-by, a plan's last instalment and 30 days (T51).

    A letter's link that carries an offer lives as long as the longer of the two: who does not take the offer may still pay.
    """
    offer = plan or settlement
    accept_by = offer.accept_by if offer is not None and offer.accept_by else today
    if purpose == LinkPurpose.PLAN:
        last = settlement.pay_by if settlement is not None else _last_instalment(plan) or today
        return last + datetime.timedelta(days=rules["plan_days_after_last"])
    if purpose == LinkPurpose.OFFER:
        return accept_by
    return max(accept_by, today + datetime.timedelta(days=rules["letter_days"]))


@transaction.atomic
def revoke_link(*, link: PortalLink, actor: User | None = None) -> None:
    """The link opens nothing any more, from this commit on; told once."""
    if PortalLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=Now(), revoked_by=actor):
        link.refresh_from_db(fields=["revoked_at", "revoked_by"])
        _tell(link, "portal.revoked", actor)


@transaction.atomic
def reissue_link(*, link: PortalLink, today: datetime.date, actor: User | None = None) -> tuple[PortalLink, str]:
    """Another link to the same, with a token of its own, which is known only now; the former opens nothing any more."""
    token = new_token()
    revoke_link(link=link, actor=actor)
    again = issue_link(
        customer=link.customer,
        purpose=LinkPurpose(link.purpose),
        currency=link.currency,
        invoices=link.invoices.values_list("pk", flat=True),
        token=token,
        today=today,
        plan=link.plan,
        settlement=link.settlement,
        letter=link.letter,
        contact=link.contact,
        actor=actor,
    )
    return again, token


@transaction.atomic
def note_view(*, link: PortalLink, code: PortalCode, at: datetime.datetime) -> None:
    """The customer, who has just given the code, looks (T48: a mail scanner cannot; T52: nor can we)."""
    PortalLink.objects.filter(pk=link.pk).update(viewed_at=at)
    _tell(link, "portal.viewed", code=code.pk, **_scope(link))


@transaction.atomic
def carry(*, link: PortalLink, plan: PaymentPlan) -> None:
    """The link opens the plan its customer just signed through it, in place of what was on offer there (T51).

    Raises LinkError where the plan is somebody else's (T50).
    """
    if (plan.customer_id, plan.currency) != (link.customer_id, link.currency):
        raise LinkError(_("A link shows what is one customer's."))
    if link.plan_id == plan.pk:
        return
    PortalLink.objects.filter(pk=link.pk).update(plan=plan, settlement=None)
    link.invoices.add(*plan.covered.values_list("invoice_id", flat=True))
    _tell(link, "portal.carries", plan=plan.pk)


@transaction.atomic
def outlive(*, plan: PaymentPlan | None = None, settlement: Settlement | None = None) -> None:
    """The links to what was signed or accepted now live as long as it does, and a while longer (T51).

    Those to the version a plan takes the place of show the new one.
    """
    if plan is not None:
        for link in PortalLink.objects.filter(plan__in=[plan.pk, plan.replaces_id], revoked_at=None):
            carry(link=link, plan=plan)
            _outlive(link, _last_instalment(plan) or link.expires_on)
    if settlement is not None:
        for link in PortalLink.objects.filter(settlement=settlement, revoked_at=None):
            _outlive(link, settlement.pay_by)


def _outlive(link: PortalLink, last: datetime.date) -> None:
    after = datetime.timedelta(days=link.business.rules["portal"]["plan_days_after_last"])
    now = {"purpose": LinkPurpose.PLAN, "expires_on": max(link.expires_on, last + after)}
    if PortalLink.objects.filter(pk=link.pk).exclude(**now).update(**now):
        _tell(link, "portal.extended", expires=now["expires_on"].isoformat())


def _last_instalment(plan: PaymentPlan | None) -> datetime.date | None:
    return plan.instalments.aggregate(last=Max("due_on"))["last"] if plan is not None else None


def _scope(link: PortalLink) -> dict[str, Any]:
    """What the link opens beside invoices, and where it came from, as ids."""
    ids = {"plan": link.plan_id, "settlement": link.settlement_id, "letter": link.letter_id, "contact": link.contact_id}
    return {"purpose": str(link.purpose), **{key: value for key, value in ids.items() if value}}


def _tell(link: PortalLink, kind: str, actor: User | None = None, **data: Any) -> None:
    facts = {"link": link.pk, **data}
    log.record(link.business, kind, f"link:{link.pk}", customer=link.customer, actor=actor, **facts)
