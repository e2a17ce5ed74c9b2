"""To an agency, with everything that proves it; never while anything stands against it, and then nothing of ours (P22, T16)."""

import datetime
import hashlib
import io
import zipfile
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfReader

from arcollect.dates import Calendar
from customers.attachments import attach
from customers.documents import store
from customers.models import Letter, Task
from invoices.agreeing import make_promise
from invoices.disputing import open_dispute
from invoices.models import PaymentPlan, Settlement
from invoices.offering import barred as no_plan
from invoices.settling import barred as no_settlement
from reminders.agency_pack import pack
from reminders.call_check import numbers_of
from reminders.delivery import deliver
from reminders.facts import cases_of, settings_of
from reminders.folder import Folder
from reminders.handing_off import HandOffError, close, hand_off, take_back
from reminders.models import HandOff, LastDecision
from reminders.nightly import escalate, explain
from tests import make
from tests.make import day
from tests.reminders.test_settlement_pages import fire

pytestmark = [pytest.mark.django_db, pytest.mark.proves("P22", "T16")]
TODAY = day("2026-03-20")
NOON = datetime.datetime(2026, 3, 20, 12, tzinfo=datetime.UTC)


@pytest.fixture
def acme(business):
    customer = make.customer(business, "Acme", street="High Street 1", city="Leeds")
    make.contact(customer)
    return customer


@pytest.fixture
def invoice(acme):
    """2000, due last November; every step was taken."""
    invoice = make.invoice(acme, "INV-7", issued="2025-10-31", due="2025-11-30", total="2000")
    fire(invoice, "90", "2026-02-10")
    fire(invoice, "DECIDE", "2026-02-24")
    return invoice


@pytest.fixture
def hand(acme, owner):
    def handed(on=TODAY, agency="Meridian Collections"):
        return hand_off(customer=acme, currency="USD", agency=agency, on=on, actor=owner)

    return handed


def files(content: bytes) -> dict[str, bytes]:
    archive = zipfile.ZipFile(io.BytesIO(content))
    return {name: archive.read(name) for name in archive.namelist()}


def text(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_the_agency_gets_everything_that_proves_it(business, acme, owner, invoice, hand, tmp_path):
    copy = store(business=business, content=b"%PDF-1.7 copy", content_type="application/pdf", name="inv.pdf")
    type(invoice).objects.update(document=copy)
    attach(customer=acme, subject=f"invoice:{invoice.pk}", upload=SimpleUploadedFile("note.txt", b"Signed for."), by=owner)
    acme.conversations.create(business=business, at=NOON, outcome="REACHED", reason="R01", paraphrase="Money is short.")
    make.payment(acme, "100", on="2026-01-05", split={invoice: "100"})

    row = hand()

    found = files(bytes(row.pack.bytes))
    assert list(found)[:3] == ["00-index.pdf", "01-statement.pdf", "02-calls-and-promises.pdf"]
    assert found["invoices/INV-7.pdf"] == b"%PDF-1.7 copy"
    assert next(content for name, content in found.items() if name.startswith("delivery/")) == b"Signed for."
    assert (row.amount, row.agency, row.state) == (1900, "Meridian Collections", "handed")
    assert "1,900.00" in text(found["01-statement.pdf"])
    assert "Money is short." in text(found["02-calls-and-promises.pdf"])


def test_the_index_names_every_file_with_its_hash(invoice, hand):
    found = files(bytes(hand().pack.bytes))
    index = "".join(text(found.pop("00-index.pdf")).split())

    assert found
    for name, content in found.items():
        assert name in index
        assert hashlib.sha256(content).hexdigest() in index


def test_letters_go_along_as_they_were_sent(business, acme, invoice, hand, tmp_path):
    document = store(business=business, content=b"%PDF as sent", content_type="application/pdf", name="l.pdf")
    sent = {"state": "sent", "sent_on": day("2026-01-02"), "written_on": day("2026-01-02"), "document": document}
    letter = acme.letters.create(business=business, code="L30", channel="email", currency="USD", language="en", **sent)

    assert files(bytes(hand().pack.bytes))[f"letters/2026-01-02-L30-{letter.pk}.pdf"] == b"%PDF as sent"


def test_equal_facts_give_equal_bytes(business, acme, invoice):
    (case,) = cases_of(business, [acme], settings_of(business), TODAY)[acme.pk]
    one, other = (pack(customer=acme, case=case, agency="Meridian", on=TODAY) for _ in range(2))
    assert one == other


def dispute(acme, invoice):
    open_dispute(invoice=invoice, code="PRICE", amount=Decimal(10), on=TODAY, calendar=Calendar())


def promise(acme, invoice):
    make_promise(customer=acme, currency="USD", amount=Decimal(50), made_on=TODAY, due_on=day("2026-03-27"))


def plan(acme, invoice):
    row = acme.plans.create(business=acme.business, currency="USD", total=2000, state="active")
    row.covered.create(invoice=invoice, amount=2000)


def settlement(acme, invoice):
    days = dict.fromkeys(("offered_on", "accept_by", "pay_by"), TODAY)
    row = Settlement.objects.create(business=acme.business, customer=acme, currency="USD", total=2000, amount=1800, **days)
    row.covered.create(invoice=invoice, amount=2000)


def flag(acme, invoice):
    acme.vulnerable = True
    acme.save()


def moratorium(acme, invoice):
    acme.moratorium_until = day("2026-04-30")
    acme.save()


def early(acme, invoice):
    invoice.reminder_lines.all().delete()


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (dispute, "INV-7 is in dispute"),
        (promise, "INV-7 is promised"),
        (plan, "INV-7 is in a payment plan"),
        (settlement, "INV-7 is being settled"),
        (flag, "vulnerable"),
        (moratorium, "Moratorium"),
        (early, "90-day step was not reached"),
    ],
)
def test_barred_with_the_reason_in_words(acme, invoice, hand, happens, why):
    happens(acme, invoice)
    acme.refresh_from_db()

    with pytest.raises(HandOffError, match=why):
        hand()
    assert not HandOff.objects.exists()


def test_not_while_the_final_letter_gives_them_time(business, acme, invoice, hand):
    document = store(business=business, content=b"%PDF final", content_type="application/pdf", name="f.pdf")
    facts = {"final": {"next_steps": [], "respond_days": 14, "agency": ""}, "lines": []}
    sent = {"state": "sent", "sent_on": day("2026-03-10"), "written_on": day("2026-03-10"), "document": document}
    acme.letters.create(business=business, code="FINAL", channel="email", currency="USD", language="en", facts=facts, **sent)

    with pytest.raises(HandOffError, match="until Mar 24, 2026"):
        hand()
    assert hand(on=day("2026-03-25")).state == "handed"


def test_once_at_a_time_and_to_somebody(invoice, hand):
    with pytest.raises(HandOffError, match="which agency"):
        hand(agency=" ")
    hand()
    with pytest.raises(HandOffError, match="With Meridian Collections"):
        hand()


def test_meanwhile_no_step_fires(business, acme, invoice, hand):
    make.invoice(acme, "INV-8", due="2026-02-15", total="300")
    hand()

    assert escalate(business, TODAY).fired == []

    assert LastDecision.objects.get().rule == "HANDED_OFF"
    assert "With Meridian Collections since 2026-03-20" in explain(business, acme, TODAY)[0]["reason"]


def test_what_was_queued_is_taken_back_at_once(business, acme, invoice, hand, tmp_path):
    make.invoice(acme, "INV-8", due="2026-02-15", total="300")
    escalate(business, TODAY)
    Letter.objects.update(state="approved")
    assert Letter.objects.count() == 1

    hand()

    assert Letter.objects.get().state == "cancelled"
    assert not Task.objects.filter(customer=acme, state="open", kind__in=["call_60", "call_90", "callback"]).exists()


def test_no_letter_gets_out_even_where_one_was_approved_since(business, acme, invoice, hand, tmp_path):
    other = make.invoice(acme, "INV-8", due="2026-02-15", total="300")
    escalate(business, TODAY)
    letter = Letter.objects.get()
    hand()
    Letter.objects.filter(pk=letter.pk).update(state="approved")

    done = deliver(business, Folder(tmp_path), today=TODAY, now=NOON)

    assert (done.sent, other.balance) == (0, 300)
    assert "With Meridian Collections" in done.skipped[0]["reason"]


def test_who_rings_them_all_the_same_is_told(acme, invoice, hand):
    acme.contacts.update(phone="+442071838750")
    hand()

    (number,) = numbers_of(acme, None, Calendar(), NOON)

    assert "HANDED_OFF" in [one.code for one in number.findings]


def test_another_currency_goes_on(business, acme, invoice, hand):
    make.invoice(acme, "INV-9", due="2026-03-18", total="300", currency="EUR")
    hand()

    assert [row["currency"] for row in escalate(business, TODAY).fired] == ["EUR"]


def test_taken_back_it_is_asked_for_again(business, acme, owner, invoice, hand):
    make.invoice(acme, "INV-8", due="2026-02-15", total="300")
    row = hand()
    escalate(business, TODAY)

    take_back(row=row, on=day("2026-03-23"), actor=owner)

    assert escalate(business, day("2026-03-23")).fired
    with pytest.raises(HandOffError, match="any more"):
        close(row=row, on=day("2026-03-23"), actor=owner)


def test_the_log_keeps_it(acme, owner, invoice, hand):
    close(row=hand(), on=day("2026-05-01"), actor=owner)
    kinds = acme.events.filter(kind__startswith="handoff.").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["handoff.handed", "handoff.closed"]


def test_while_they_have_it_nothing_is_agreed_here(acme, owner, invoice, hand):
    row = hand()
    for said in (no_plan(acme, "USD", TODAY), no_settlement(acme, "USD")):
        assert said == "It is with a collection agency: take it back first."
    take_back(row=row, on=TODAY, actor=owner)
    assert no_plan(acme, "USD", TODAY) == no_settlement(acme, "USD") == ""


def test_not_while_a_second_offer_can_be_signed_though_it_stops_no_reminder(acme, invoice, hand):
    make.plan(acme, {invoice: "2000"}, {"2026-03-06": "2000"}, offered="2026-03-02")
    PaymentPlan.objects.update(state="expired", accept_by=day("2026-03-09"))
    make.plan(acme, {invoice: "2000"}, {"2026-03-25": "2000"}, offered="2026-03-18")
    with pytest.raises(HandOffError, match="on offer or running"):
        hand()
