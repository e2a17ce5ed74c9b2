"""How a letter reaches its customer: by e-mail, by post, or by both. Pure."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from customers.models import Contact, Customer
from customers.models.customer import Channel

NO_ADDRESS = _("No address: neither an e-mail address that works nor a postal address.")
WHY_NOT = {
    "missing": _("There is no e-mail address"),
    "bounced": _("Mail to their address came back"),
    "stopped": _("They asked for no more e-mails"),
    "no_street": _("There is no postal address"),
    "represented": _("Only their representative may be written to"),
}
INSTEAD = {Channel.EMAIL: _("it goes by e-mail."), Channel.POST: _("it goes by post.")}


@dataclass(frozen=True, slots=True)
class Way:
    """The ways that are open. `lost`: why a way that was asked for is not ("" where it is), a key of WHY_NOT (T44)."""

    email: bool
    post: bool
    lost: str = ""

    @property
    def nowhere(self) -> bool:
        return not self.email and not self.post

    @property
    def name(self) -> str:
        """ "email", "post", "email+post" or ""."""
        return "+".join(name for name, there in (("email", self.email), ("post", self.post)) if there)

    @property
    def channel(self) -> Channel:
        """The way as a letter keeps it."""
        if self.email and self.post:
            return Channel.BOTH
        return Channel.POST if self.post else Channel.EMAIL

    @property
    def words(self) -> str:
        """Why the letter goes another way than it was to."""
        return f"{WHY_NOT[self.lost]}: {INSTEAD[self.channel]}" if self.lost else ""


def way_of(channel: str, customer: Customer, contact: Contact | None) -> Way:
    """The way of a letter meant for `channel`: what was asked for where it is open, else the other one, said explicitly (T44)."""
    mailable = contact is not None and contact.reachable_by_email
    wants_mail, wants_post = channel != Channel.POST, channel != Channel.EMAIL
    # Their own address is not their representative's, who alone may be written to (domain.md 7.4).
    postable = customer.has_address and not customer.represented_by
    if wants_mail and not mailable and postable:
        return Way(False, True, _why_no_mail(contact))
    if wants_post and not postable and mailable:
        return Way(True, False, "represented" if customer.represented_by else "no_street")
    return Way(wants_mail and mailable, wants_post and postable)


def _why_no_mail(contact: Contact | None) -> str:
    if contact is None or not contact.email:
        return "missing"
    return "bounced" if contact.bounced_on else "stopped"
