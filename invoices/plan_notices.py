"""Tells a customer by e-mail, at once, of a plan on offer or of the answer to their proposal (domain.md 6.4, 7.4 to 7.6)."""

import datetime
import logging
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from arcollect.filters import day
from arcollect.mail import send_plan_declined, send_plan_offer
from arcollect.phones import show_phone
from arcollect.reader import reading_in
from customers.models import Contact, Customer, Event, User
from customers.models.customer import ContactRole
from invoices.agreeing import note
from invoices.agreement_words import language_for
from invoices.linking import issue_link, revoke_link
from invoices.models import PaymentPlan, PortalLink
from invoices.models.agreement import Proposer
from invoices.models.portal import LinkPurpose
from invoices.portal.tokens import address_of, new_token

logger = logging.getLogger(__name__)


class News(StrEnum):
    """What the customer is told; the templates of the mails know these."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    COUNTERED = "countered"
    DATES = "dates"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Reach:
    """Who is told by e-mail; or `why`, in words for staff, nobody can be."""

    contact: Contact | None = None
    why: str = ""


def reach_of(customer: Customer, today: datetime.date, came_by: PortalLink | None = None) -> Reach:
    """The contact on file: whoever the link they came by was made for, else accounts payable, else whoever reads e-mail.

    Of who is represented, the representative alone (domain.md 7.4).
    """
    if why := _barred(customer, today):
        return Reach(why=why)
    contacts = list(customer.contacts.all())
    if customer.represented_by:
        contacts = [row for row in contacts if row.role == ContactRole.REPRESENTATIVE]
    asked = came_by.contact_id if came_by else None
    found = sorted(contacts, key=lambda row: (row.pk != asked, row.role != ContactRole.ACCOUNTS_PAYABLE, row.pk))
    contact = next((row for row in found if row.reachable_by_email), None)
    return Reach(contact) if contact else Reach(why=_no_address(customer, contacts))


def tell(*, plan: PaymentPlan, news: News, today: datetime.date, actor: User, words: str = "") -> Reach:
    """Mails `news` with a link of its own; whom it went to, or why it did not go. What was decided stands either way.

    Called after that was committed. `words`: what the owner says to a proposal they decline. Not for what was agreed in a call:
    its confirmation says so.
    """
    came_by = _came_by(plan)
    reach = reach_of(plan.customer, today, came_by)
    if reach.contact is None:
        _note(plan, "plan.untold", actor, news=news)
        return reach
    token = new_token()
    link = _link(plan, news, reach.contact, came_by, token, today, actor)
    try:
        _send(plan, news, reach.contact, address_of(token), words)
    except (OSError, ValueError) as error:
        logger.warning("Plan %s: %s not told: %s", plan.pk, news, error)
        revoke_link(link=link, actor=actor)
        _note(plan, "plan.untold", actor, news=news, contact=reach.contact.pk)
        return Reach(why=_("The e-mail to %(address)s could not be sent.") % {"address": reach.contact.email})
    _note(plan, "plan.told", actor, news=news, contact=reach.contact.pk, link=link.pk)
    return reach


def _barred(customer: Customer, today: datetime.date) -> str:
    """Why nothing may be mailed to them (domain.md 7.4), or ""."""
    moratorium = customer.moratorium_until
    reasons = (
        (customer.deceased, _("They have died: nothing is mailed.")),
        (customer.insolvent, _("They are insolvent: nothing is mailed.")),
        (customer.cease_contact, _("They asked not to be contacted: nothing is mailed.")),
        (moratorium is not None and moratorium >= today, _("A moratorium runs: nothing is mailed.")),
    )
    return next((words for stands, words in reasons if stands), "")


def _no_address(customer: Customer, contacts: list[Contact]) -> str:
    if customer.represented_by:
        return _("There is no e-mail address of their representative: ring or write by post.")
    if any(row.email_stopped_on for row in contacts):
        return _("They asked for no more e-mails: ring or write by post.")
    if any(row.bounced_on for row in contacts):
        return _("Mail to their address came back: ring or write by post.")
    return _("There is no e-mail address: ring or write by post.")


def _came_by(plan: PaymentPlan) -> PortalLink | None:
    """The link through which they proposed this plan, or the one it answers."""
    theirs = plan if plan.proposed_by == Proposer.CUSTOMER else plan.replaces
    if theirs is None:
        return None
    events = Event.objects.filter(customer=plan.customer, kind="portal.proposed", data__paymentplan=theirs.pk)
    ids = [event.data["link"] for event in events]
    return PortalLink.objects.filter(customer=plan.customer, pk__in=ids).first()


def _link(
    plan: PaymentPlan,
    news: News,
    contact: Contact,
    came_by: PortalLink | None,
    token: str,
    today: datetime.date,
    actor: User,
) -> PortalLink:
    """To the plan on offer; where nothing is on offer, to the invoices they came from."""
    listed = came_by.invoices.values_list("pk", flat=True) if came_by else []
    declined = news == News.DECLINED
    return issue_link(
        customer=plan.customer,
        purpose=LinkPurpose.LETTER if declined else LinkPurpose.OFFER,
        currency=plan.currency,
        invoices=[*listed, *plan.covered.values_list("invoice_id", flat=True)],
        token=token,
        today=today,
        plan=None if declined else plan,
        contact=contact,
        actor=actor,
    )


def _send(plan: PaymentPlan, news: News, contact: Contact, link: str, words: str) -> None:
    """In the customer's language, with dates as they write them."""
    customer, business = plan.customer, plan.business
    country = customer.country or business.country
    said = {
        "to": contact.email,
        "name": contact.name or customer.name,
        "business": business.name,
        "phone": show_phone(business.signatory_phone or business.phone, country),
        "reply_to": business.email,
        "link": link,
    }
    with override(language_for(customer.language or business.language)), reading_in(country, business.time_zone):
        if news == News.DECLINED:
            send_plan_declined(**said, words=words)
        else:
            send_plan_offer(**said, news=str(news), until=day(plan.accept_by) if plan.accept_by else "")


@transaction.atomic
def _note(plan: PaymentPlan, kind: str, actor: User, *, news: News, **data: int) -> None:
    note(plan, kind, actor, news=str(news), **data)
