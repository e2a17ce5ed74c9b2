"""Letters by post: gathered once, true when printed and when posted, taken back where they are not."""

import datetime

import pytest

from customers.models import Customer, Document, Event, Letter
from reminders.claiming import settle_unconfirmed
from reminders.delivery import claim_for_paper
from reminders.facts import settings_of
from reminders.models import PaperCopy, PrintRun, Reminder
from reminders.nightly import escalate
from reminders.outbox import approve_all, hold
from reminders.printing import PrintError, cancel_run, mark_posted, outdated, print_letters, take_out, waiting_for_paper
from reminders.ways import Way, way_of
from tests import make
from tests.make import day

MONDAY = day("2026-03-16")
NOON = datetime.datetime(2026, 3, 16, 12, 0, tzinfo=datetime.UTC)
ADDRESS = {"street": "Hafenstraße 1", "city": "Kiel", "postal_code": "24103", "country": "DE", "channel": "post"}


def debtor(business, name: str, **fields) -> Customer:
    """A customer by post who owes 1,000 since 14 February."""
    customer = make.customer(business, name, **ADDRESS | fields)
    make.invoice(customer, f"INV-{name}", total="1000")
    return customer


@pytest.fixture
def birch(business) -> Customer:
    """With its approved 30-day letter, by post."""
    customer = debtor(business, "Birch")
    escalate(business, MONDAY)
    approve_all(business=business, by=None, now=NOON)
    return customer


def printed(business, by=None):
    return print_letters(business=business, by=by, today=MONDAY, now=NOON)


def posted(run, *letters, on=MONDAY, by=None) -> int:
    return mark_posted(run=run, letters=[letter.pk for letter in letters], on=on, by=by, today=on, now=NOON)


def kinds() -> list[str]:
    return list(Event.objects.filter(kind__startswith="letter.").order_by("pk").values_list("kind", flat=True))


@pytest.mark.proves("T08", "T44")
def test_a_letter_by_post_is_printed_then_posted_by_a_person(business, birch, bookkeeper):
    run = printed(business, bookkeeper).run
    assert (printed(business).run, PrintRun.objects.count()) == (None, 1)
    assert settle_unconfirmed(business, NOON + datetime.timedelta(days=3)) == 0
    letter = Letter.objects.get()
    assert (letter.state, letter.document is not None, run.copies.get().letter) == ("sending", True, letter)
    assert posted(run, letter, on=day("2026-03-17"), by=bookkeeper) == 1
    letter.refresh_from_db()
    run.refresh_from_db()
    assert (letter.state, letter.sent_on, letter.sent_to) == ("sent", day("2026-03-17"), "post")
    assert (run.posted_on, run.posted_by) == (day("2026-03-17"), bookkeeper)
    assert Reminder.objects.get().completed_on == day("2026-03-17")
    assert kinds() == ["letter.approved", "letter.printed", "letter.sent", "letter.posted"]
    assert Event.objects.get(kind="letter.posted").actor == bookkeeper


def test_what_goes_by_mail_is_held_or_waits_for_approval_is_not_printed(business, birch):
    make.contact(debtor(business, "Cedar", channel="email"))
    held = debtor(business, "Dogwood")
    escalate(business, MONDAY)
    approve_all(business=business, by=None, now=NOON)
    hold(letter=Letter.objects.get(customer=held), until=day("2026-03-20"), reason="They call tomorrow.", by=None)
    debtor(business, "Elm")
    escalate(business, MONDAY)
    assert [letter.customer for letter in waiting_for_paper(business, MONDAY)] == [birch]


@pytest.mark.proves("T08")
def test_who_claims_second_gets_nothing(business, birch):
    """Both had read the same letter before either claimed it: the row count decides."""
    first, second = Letter.objects.select_related("business", "customer").get(), Letter.objects.get()
    settings = settings_of(business)
    assert claim_for_paper(first, settings=settings, today=MONDAY, now=NOON) == ""
    assert claim_for_paper(second, settings=settings, today=MONDAY, now=NOON).startswith("Taken by another delivery")
    assert Document.objects.count() == 1


@pytest.mark.proves("T14")
def test_what_was_paid_before_printing_is_left_out_and_named(business, birch):
    make.payment(birch, "1000", on="2026-03-16", split={birch.invoices.get(): "1000"})
    done = printed(business)
    assert done.run is None
    assert [(str(letter.customer), reason) for letter, reason in done.left_out] == [
        ("Birch", "Invoice INV-Birch changed since the letter was written.")
    ]
    assert Letter.objects.get().state == "cancelled"


@pytest.mark.proves("T14")
def test_what_was_paid_after_printing_is_named_and_taken_back_when_the_rest_is_posted(business, birch):
    oak = debtor(business, "Oak")
    escalate(business, MONDAY)
    approve_all(business=business, by=None, now=NOON)
    run = printed(business).run
    make.payment(birch, "1000", on="2026-03-16", split={birch.invoices.get(): "1000"})
    paid, owed = Letter.objects.get(customer=birch), Letter.objects.get(customer=oak)
    assert outdated(run, MONDAY) == {paid.pk: "Invoice INV-Birch changed since the letter was written."}
    assert posted(run, owed) == 1
    assert list(Letter.objects.order_by("pk").values_list("state", flat=True)) == ["cancelled", "sent"]
    assert PaperCopy.objects.get(letter=paid).taken_out.startswith("Invoice INV-Birch")


def test_what_is_not_ticked_waits_for_paper_again(business, birch):
    oak = debtor(business, "Oak")
    escalate(business, MONDAY)
    approve_all(business=business, by=None, now=NOON)
    posted(printed(business).run, Letter.objects.get(customer=birch))
    assert [letter.customer for letter in waiting_for_paper(business, MONDAY)] == [oak]
    assert Document.objects.count() == 1
    assert printed(business).run.copies.get().letter.customer == oak


def test_a_run_is_posted_once(business, birch):
    run = printed(business).run
    posted(run, Letter.objects.get())
    with pytest.raises(PrintError, match="already"):
        posted(run, Letter.objects.get())
    with pytest.raises(PrintError, match="already"):
        cancel_run(run=run, by=None, today=MONDAY)


def test_a_letter_taken_out_waits_again(business, birch):
    copy = printed(business).run.copies.get()
    assert take_out(copy=copy, by=None, today=MONDAY) == ""
    assert (Letter.objects.get().state, Letter.objects.get().document) == ("approved", None)
    with pytest.raises(PrintError, match="not in an open run"):
        take_out(copy=copy, by=None, today=MONDAY)


@pytest.mark.proves("T14")
def test_a_letter_taken_out_because_it_was_paid_is_not_printed_again(business, birch):
    copy = printed(business).run.copies.get()
    make.payment(birch, "400", on="2026-03-16", split={birch.invoices.get(): "400"})
    assert take_out(copy=copy, by=None, today=MONDAY) == "Invoice INV-Birch changed since the letter was written."
    assert list(Letter.objects.order_by("pk").values_list("state", "total")) == [("cancelled", 1000), ("draft", 600)]


def test_a_run_undone_drops_its_copies_and_its_letters_wait_again(business, birch, bookkeeper):
    assert cancel_run(run=printed(business).run, by=bookkeeper, today=MONDAY) == 1
    assert (PrintRun.objects.count(), PaperCopy.objects.count(), Document.objects.count()) == (0, 0, 0)
    assert Letter.objects.get().state == "approved"
    assert Event.objects.get(kind="letter.unprinted").actor == bookkeeper


def test_a_run_undone_keeps_why_something_was_taken_out(business, birch):
    run = printed(business).run
    make.payment(birch, "1000", on="2026-03-16", split={birch.invoices.get(): "1000"})
    take_out(copy=run.copies.get(), by=None, today=MONDAY)
    assert cancel_run(run=run, by=None, today=MONDAY) == 0
    assert PaperCopy.objects.get().taken_out.startswith("Invoice INV-Birch")
    assert waiting_for_paper(business, MONDAY) == []


@pytest.fixture
def mailed(business, birch) -> Letter:
    """Out by e-mail, its paper still to come."""
    printed(business)
    letter = Letter.objects.get()
    copy = letter.paper
    copy.run = None
    copy.save()
    PrintRun.objects.all().delete()
    Letter.objects.update(state="sent", sent_on=MONDAY, sent_at=NOON, sent_to="ap@birch.example")
    return letter


def test_the_paper_of_a_mailed_letter_is_printed_and_posted_without_sending_it_again(business, mailed):
    run = printed(business).run
    assert posted(run, mailed, on=day("2026-03-17")) == 1
    mailed.refresh_from_db()
    assert (mailed.sent_on, mailed.sent_to, mailed.paper.posted_on) == (MONDAY, "ap@birch.example", day("2026-03-17"))
    assert kinds()[-1] == "letter.posted"
    assert waiting_for_paper(business, MONDAY) == []


@pytest.mark.proves("T14")
def test_the_paper_of_a_mailed_letter_that_was_paid_is_left_out(business, birch, mailed):
    make.payment(birch, "1000", on="2026-03-16", split={birch.invoices.get(): "1000"})
    assert printed(business).run is None
    assert PaperCopy.objects.get().taken_out.startswith("Invoice INV-Birch")
    assert Letter.objects.get().state == "sent"


def test_the_paper_of_a_mailed_letter_that_is_put_back_waits_again(business, mailed):
    run = printed(business).run
    cancel_run(run=run, by=None, today=MONDAY)
    assert waiting_for_paper(business, MONDAY) == [mailed]


@pytest.mark.proves("T07")
def test_a_letter_that_cannot_be_written_stops_no_other(business, birch):
    debtor(business, "Oak")
    escalate(business, MONDAY)
    approve_all(business=business, by=None, now=NOON)
    broken = Letter.objects.get(customer=birch)
    Letter.objects.filter(pk=broken.pk).update(facts=broken.facts | {"total": "1.00"})
    done = printed(business)
    assert [letter.pk for letter, _reason in done.left_out] == [broken.pk]
    assert [str(copy.letter.customer) for copy in done.run.copies.all()] == ["Oak"]


@pytest.fixture
def defended(business) -> Customer:
    """With its notice by post approved; then somebody told that they are represented."""
    customer = debtor(business, "Elder")
    escalate(business, day("2026-02-16"))
    make.contact(customer, "lex@partners.example", role="representative")
    return customer


def represent(customer: Customer) -> None:
    Customer.objects.filter(pk=customer.pk).update(represented_by="Lex & Partners")


@pytest.mark.proves("T23")
def test_nothing_goes_to_the_own_address_of_who_is_represented(business, defended):
    represent(defended)
    assert (waiting_for_paper(business, MONDAY), printed(business).run) == ([], None)
    assert way_of("both", Customer.objects.get(pk=defended.pk), defended.contacts.get()) == Way(True, False, "represented")


@pytest.mark.proves("T14", "T23")
def test_what_was_printed_before_they_were_represented_is_outdated(business, defended):
    run = printed(business).run
    represent(defended)
    assert list(outdated(run, MONDAY).values()) == ["Nothing may go to their own postal address any more."]
