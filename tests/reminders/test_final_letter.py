"""The final letter: by the owner's click and approval alone, naming only what is meant (P22, domain.md 3.2 F, 7.3)."""

import datetime
from decimal import Decimal

import pytest

from arcollect.dates import Calendar
from invoices.agreeing import make_promise
from invoices.disputing import open_dispute
from reminders.delivery import deliver
from reminders.final_letters import write_final
from reminders.folder import Folder
from reminders.models import LastDecision
from reminders.nightly import escalate
from reminders.outbox import OutboxError
from reminders.rendering import composed
from tests import make
from tests.make import day
from tests.pages import address
from tests.reminders.test_settlement_pages import fire

pytestmark = [pytest.mark.django_db, pytest.mark.proves("P22"), pytest.mark.usefixtures("in_march")]
TODAY = day("2026-03-20")
NOON = datetime.datetime(2026, 3, 20, 12, tzinfo=datetime.UTC)


@pytest.fixture
def acme(business):
    customer = make.customer(business, "Acme", street="High Street 1", city="Leeds")
    make.contact(customer)
    return customer


@pytest.fixture
def invoice(acme):
    invoice = make.invoice(acme, "INV-7", issued="2025-10-31", due="2025-11-30", total="2000")
    fire(invoice, "90", "2026-03-02")
    return invoice


@pytest.fixture
def write(acme, owner):
    return lambda: write_final(customer=acme, currency="USD", today=TODAY, actor=owner)


def allow(business, **steps):
    business.settings = {"final": steps}
    business.save()


def words(letter) -> str:
    return composed(letter)[1].plain_text


def test_it_names_only_the_steps_that_are_enabled(business, acme, invoice, write):
    allow(business, agency=True, agency_name="Meridian Collections")
    acme.refresh_from_db()

    letter = write()

    assert letter.state == "draft"
    assert "we intend to hand the account to the collection agency Meridian Collections." in words(letter)
    assert "court" not in words(letter)
    assert "Within 14 days, that is by April 3, 2026" in words(letter)


def test_with_nothing_enabled_it_threatens_nothing(invoice, write):
    text = words(write())
    assert "we will decide how to proceed without writing again" in text
    assert not any(word in text for word in ("agency", "court", "credit reference"))


@pytest.mark.parametrize("kind", ["individual", "sole_trader"])
def test_people_and_sole_traders_get_30_days(acme, invoice, write, kind):
    acme.kind = kind
    acme.save()
    assert "Within 30 days" in words(write())


def test_the_engine_never_writes_it(business, acme, invoice):
    fire(invoice, "DECIDE", "2026-03-16")
    escalate(business, TODAY)
    assert not acme.letters.filter(code="FINAL").exists()
    assert LastDecision.objects.get().rule == "ALL_STEPS_TAKEN"


def test_only_the_owner_approves_it(business, acme, invoice, write, books, client_of, owner):
    letter = write()
    assert acme.tasks.get(kind="review_letter").role == "owner"
    books.post(address(business, "letter-approve", letter.pk))
    letter.refresh_from_db()
    assert letter.state == "draft"

    client_of(owner).post(address(business, "letter-approve", letter.pk), {"stale": "on"})
    letter.refresh_from_db()
    assert letter.state == "approved"


@pytest.mark.proves("T16")
def test_the_disputed_part_is_not_asked_for(acme, invoice, write):
    open_dispute(invoice=invoice, code="PRICE", amount=Decimal(300), on=TODAY, calendar=Calendar())
    letter = write()
    assert letter.total == 1700
    assert "The $300.00 under query is not included." in words(letter)


def test_never_where_all_of_it_is_promised(acme, invoice, write):
    make_promise(customer=acme, currency="USD", amount=Decimal(2000), made_on=TODAY, due_on=day("2026-03-27"))
    with pytest.raises(OutboxError, match="promised"):
        write()


def test_never_to_who_is_flagged(acme, invoice, write):
    acme.vulnerable = True
    acme.save()
    with pytest.raises(OutboxError, match="vulnerable"):
        write()


def test_who_asked_for_quiet_may_get_it(acme, invoice, write):
    """A final letter an owner approved is the one thing that may go (domain.md 7.4)."""
    acme.cease_contact = True
    acme.save()
    assert write().state == "draft"


def test_not_twice(invoice, write):
    write()
    with pytest.raises(OutboxError, match="written already"):
        write()


def test_not_before_step_90(acme, invoice, write):
    invoice.reminder_lines.all().delete()
    with pytest.raises(OutboxError, match="90-day step"):
        write()


def test_what_the_owner_no_longer_means_does_not_go_out(business, acme, invoice, write, tmp_path):
    allow(business, court=True)
    acme.refresh_from_db()
    letter = write()
    allow(business, court=False)

    deliver(business, Folder(tmp_path), today=TODAY, now=NOON, approve_all=True)

    letter.refresh_from_db()
    assert letter.state == "cancelled"
    assert "settings do not allow" in letter.problem


def test_it_goes_out_as_approved(business, acme, invoice, write, tmp_path):
    letter = write()
    assert deliver(business, Folder(tmp_path), today=TODAY, now=NOON, approve_all=True).sent == 1
    letter.refresh_from_db()
    assert letter.state == "sent"
