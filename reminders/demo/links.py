"""The customers' links in the letters of the last weeks: to be looked at by staff; their secrets are nobody's."""

import datetime

from customers.models import Letter
from customers.models.letter import LetterState
from invoices.models import PortalLink
from reminders.demo.ledger import DAY
from reminders.demo.stage import Stage
from reminders.letter_links import mint, store_link

# Older ones would have expired, or are about what is paid.
LINKED_FOR = 60 * DAY


def link_letters(stage: Stage, day: datetime.date) -> None:
    """Gives the letters sent that day the link each letter carries."""
    sent = Letter.objects.filter(business=stage.business, state=LetterState.SENT, sent_on=day)
    for letter in sent.select_related("business", "customer__business", "contact"):
        mint(letter)
        store_link(letter, letter.contact, day)
    links = PortalLink.objects.filter(letter__business=stage.business, letter__sent_on=day)
    links.update(created_at=stage.moment(day))
