"""A delivery takes what is approved while it runs along with it, but not for ever."""

import datetime

from customers.models import Letter
from reminders.delivery import deliver
from reminders.folder import Folder
from reminders.nightly import escalate
from tests import make
from tests.make import day

MONDAY = day("2026-02-16")
NOON = datetime.datetime(2026, 2, 16, 12, 0, tzinfo=datetime.UTC)


class Busy(Folder):
    """A folder beside which somebody approves another letter each time one lies in it."""

    def give(self, letter, contact, pdf):
        given = super().give(letter, contact, pdf)
        again = Letter.objects.get(pk=letter.pk)
        again.pk, again.state, again.document, again.message_id, again.claimed_at = None, "approved", None, "", None
        again.save(force_insert=True)
        return given


def test_a_delivery_ends_however_much_is_approved_meanwhile(business, acme, tmp_path):
    make.contact(acme)
    make.invoice(acme, "INV-1", total="1000")
    escalate(business, MONDAY)
    assert deliver(business, Busy(tmp_path), today=MONDAY, now=NOON).sent == 5
