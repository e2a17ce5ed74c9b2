"""The one-time code that shows who acts through a link: sent to the address on file, good once, for minutes (domain.md 6.8)."""

import datetime
import hmac
import re
import secrets

from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from customers import log
from customers.models import Contact, Event
from customers.models.customer import ContactRole
from invoices.models import PortalCode, PortalLink
from invoices.models.portal import CodeMethod

SALT = "portal-code"
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
# One address may be a whole accountant's office: it gets this many times what one link gets.
LINKS_AT_AN_ADDRESS = 4
# Five codes an hour with five tries each would be tried out in months: so many wrong ones in a day, and it waits a day.
WRONG_A_DAY = 20
LAST_SIGNS = 4


class CodeError(Exception):
    """Why no code is sent, or the one given does not count; in the visitor's language."""


def contact_of(link: PortalLink) -> Contact | None:
    """Whom a code goes to: who the link was made for, else accounts payable, else whoever has an address on file.

    Who is represented is reached through the representative alone (domain.md 7.4). None: nobody can be.
    """
    contacts = Contact.objects.filter(customer=link.customer_id, bounced_on=None).exclude(email="")
    if link.customer.represented_by:
        contacts = contacts.filter(role=ContactRole.REPRESENTATIVE)
    ranked = sorted(contacts, key=lambda row: (row.pk != link.contact_id, row.role != ContactRole.ACCOUNTS_PAYABLE, row.pk))
    return ranked[0] if ranked else None


def method_of(link: PortalLink) -> CodeMethod | None:
    """How this customer can confirm who they are; None where nothing is on file that only they would know."""
    if contact_of(link) is not None:
        return CodeMethod.EMAIL
    return CodeMethod.KNOWLEDGE if _plain(link.customer.postal_code) else None


def masked(email: str) -> str:
    """Enough of an address for its owner to know it: "j•••@acme.example"."""
    name, _at, host = email.partition("@")
    return f"{name[:1]}•••@{host}"


@transaction.atomic
def new_code(*, link: PortalLink, address: str, now: datetime.datetime) -> tuple[PortalCode, str]:
    """A code for the contact on file, stored only as a keyed hash, and its six digits; those before it are worth nothing.

    Raises CodeError where nobody can be reached, or too many were asked for.
    """
    locked = PortalLink.objects.select_for_update().get(pk=link.pk)
    contact = contact_of(locked)
    if contact is None:
        raise CodeError(_("We have no e-mail address to send a code to. Please call us."))
    _refuse_too_many(locked, address, now, Q(sent_to__iexact=contact.email))
    digits = f"{secrets.randbelow(10**6):06d}"
    code = PortalCode.objects.create(
        link=locked,
        method=CodeMethod.EMAIL,
        code_hash=_hash(locked, digits, now),
        sent_to=contact.email,
        sent_at=now,
        expires_at=now + datetime.timedelta(minutes=_rules(locked)["code_minutes"]),
        address=address or None,
    )
    _tell(code, "portal.code_sent", contact=contact.pk)
    return code, digits


def check_code(*, link: PortalLink, digits: str, now: datetime.datetime) -> PortalCode:
    """The newest code, confirmed, if these are its digits. Raises CodeError: wrong, too old, used, or tried too often."""
    code = PortalCode.objects.filter(link=link, method=CodeMethod.EMAIL).order_by("-id").first()
    given = re.sub(r"\D", "", digits)
    if code is None or not _take_a_try(code, now):
        raise CodeError(_("This code is no longer good. Please ask for a new one."))
    return _confirmed(code, hmac.compare_digest(code.code_hash, _hash(link, given, code.sent_at)), now)


def check_knowledge(*, link: PortalLink, number: str, postcode: str, address: str, now: datetime.datetime) -> PortalCode:
    """The proof of somebody who knows the last signs of an invoice number on this link, and the customer's postcode.

    Only where no e-mail is on file (domain.md 6.8), within the same limits as codes. Raises CodeError.
    """
    if method_of(link) != CodeMethod.KNOWLEDGE:
        raise CodeError(_("Please use the code we send by e-mail."))
    code = _attempt(link, address, now)
    if not _take_a_try(code, now):
        raise CodeError(_("That was tried too often. Please wait, or call us."))
    return _confirmed(code, _knows(link, number, postcode), now)


@transaction.atomic
def _attempt(link: PortalLink, address: str, now: datetime.datetime) -> PortalCode:
    """The row that counts these tries: the one under way, or a new one where another is allowed."""
    locked = PortalLink.objects.select_for_update().get(pk=link.pk)
    mine = PortalCode.objects.filter(link=locked, method=CodeMethod.KNOWLEDGE, confirmed_at=None, expires_at__gt=now)
    under_way = mine.filter(tries__lt=_rules(locked)["code_tries"]).order_by("-id").first()
    if under_way is not None:
        return under_way
    _refuse_too_many(locked, address, now, Q())
    minutes = datetime.timedelta(minutes=_rules(locked)["code_minutes"])
    fields = {"sent_at": now, "expires_at": now + minutes, "address": address or None}
    return PortalCode.objects.create(link=locked, method=CodeMethod.KNOWLEDGE, **fields)


def _knows(link: PortalLink, number: str, postcode: str) -> bool:
    """Both right; every invoice is compared, so that the time it takes says nothing."""
    given, place = _plain(number)[-LAST_SIGNS:].encode(), _plain(postcode).encode()
    numbers = [_plain(row)[-LAST_SIGNS:].encode() for row in link.invoices.values_list("number", flat=True)]
    knows_number = sum(hmac.compare_digest(given, known) for known in numbers if known) > 0
    return bool(given) & knows_number & hmac.compare_digest(place, _plain(link.customer.postal_code).encode())


def _take_a_try(code: PortalCode, now: datetime.datetime) -> bool:
    """Counts a try before it is looked at: many at once cannot have more than are allowed."""
    waiting = PortalCode.objects.filter(pk=code.pk, confirmed_at=None, expires_at__gt=now)
    return bool(waiting.filter(tries__lt=_rules(code.link)["code_tries"]).update(tries=F("tries") + 1))


def _confirmed(code: PortalCode, right: bool, now: datetime.datetime) -> PortalCode:
    """The code, good once. Raises CodeError where it was wrong; the last try is told on the timeline."""
    if not right:
        code.refresh_from_db()
        spent = code.tries >= _rules(code.link)["code_tries"]
        if spent:
            _tell_refused(code)
        if spent and code.method == CodeMethod.EMAIL:
            raise CodeError(_("This code is no longer good. Please ask for a new one."))
        raise CodeError(_("That is not right. Please look again."))
    with transaction.atomic():
        first = PortalCode.objects.filter(pk=code.pk, confirmed_at=None).update(confirmed_at=now, tries=F("tries") - 1)
        if not first:
            raise CodeError(_("This code is no longer good. Please ask for a new one."))
        code.refresh_from_db()
        _tell(code, "portal.confirmed")
    return code


def _refuse_too_many(link: PortalLink, address: str, now: datetime.datetime, same: Q) -> None:
    """Raises CodeError where this link, its contact's address or the visitor's has had its share."""
    rules, lately = _rules(link), PortalCode.objects.filter(sent_at__gt=now - HOUR)
    ours = lately.filter(Q(link=link) | same if same else Q(link=link)).count() >= rules["codes_per_hour"]
    theirs = bool(address) and lately.filter(address=address).count() >= rules["codes_per_hour"] * LINKS_AT_AN_ADDRESS
    if ours or theirs:
        raise CodeError(_("You have asked for several codes already. Please wait an hour, or call us."))
    wrong = PortalCode.objects.filter(link=link, sent_at__gt=now - DAY).aggregate(tries=Sum("tries"))["tries"] or 0
    if wrong >= WRONG_A_DAY:
        raise CodeError(_("That was tried too often. Please wait until tomorrow, or call us."))


def _hash(link: PortalLink, digits: str, sent_at: datetime.datetime) -> str:
    """Keyed, and of this one code: six digits alone are soon tried out."""
    return salted_hmac(SALT, f"{link.pk}:{sent_at.isoformat()}:{digits}", algorithm="sha256").hexdigest()


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()


def _rules(link: PortalLink) -> dict:
    return link.business.rules["portal"]


@transaction.atomic
def _tell_refused(code: PortalCode) -> None:
    _tell(code, "portal.code_refused")


def _tell(code: PortalCode, kind: str, **data: object) -> Event:
    link = code.link
    facts = {"link": link.pk, "code": code.pk, "method": str(code.method), **data}
    return log.record(link.business, kind, f"link:{link.pk}", customer=link.customer, **facts)
