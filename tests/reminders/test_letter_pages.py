"""Letters in the browser: look, approve one or many, cancel; who may, and that it is logged."""

import pytest
import time_machine

from customers.documents import store
from customers.models import Business, Customer, Event, Letter
from invoices.models import Invoice, Payment
from reminders.correspondence import facts_of
from reminders.nightly import escalate
from tests import make
from tests.make import day
from tests.pages import address, lines, read, words

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def in_march():
    with time_machine.travel("2026-03-16 12:00Z", tick=False):
        yield


@pytest.fixture
def draft(business) -> Letter:
    """The 30-day letter of an invoice due 14 February."""
    acme = make.customer(business, "Acme")
    make.contact(acme)
    make.invoice(acme, "INV-1", total="1000")
    escalate(business, day("2026-03-16"))
    return Letter.objects.get()


def states() -> list[str]:
    return list(Letter.objects.order_by("id").values_list("state", flat=True))


def another(of: Letter, code: str) -> Letter:
    """A second draft like the first, of another kind."""
    fields = {"business": of.business, "customer": of.customer, "currency": of.currency, "language": of.language}
    return Letter.objects.create(code=code, state="draft", channel="email", written_on=of.written_on, facts=of.facts, **fields)


def test_what_waits_for_approval_comes_first(books, business, draft):
    another(draft, "L60")
    Letter.objects.filter(code="L60").update(state="approved")
    assert "30-day letter Acme today" in read(books, business, "letter-list")
    assert "60-day letter Acme" not in read(books, business, "letter-list")
    assert "60-day letter Acme" in read(books, business, "letter-list", show="approved")


def test_an_empty_outbox_says_what_waits_for_a_call(books, business, draft):
    Letter.objects.update(state="waiting_for_call")
    assert "No letter waits for you. 1 waits for a call." in read(books, business, "letter-list")


@pytest.mark.parametrize(("country", "written"), [("US", "(415) 555-0123"), ("DE", "+1 415-555-0123")])
def test_our_number_is_written_as_the_reader_dials_it(draft, country, written):
    Business.objects.update(signatory_phone="+14155550123")
    Customer.objects.update(country=country)
    assert facts_of(Letter.objects.get()).creditor.signatory_phone == written


def test_a_letter_says_what_it_asks_for_and_why(books, business, draft):
    page = read(books, business, "letter-detail", draft.pk)
    assert "INV-1 30 days late $1,000.00" in page
    assert "overdue" in page.split("Why this letter")[1]
    assert "We know how busy things get." in page.split("Read it as text")[1]


@pytest.mark.proves("T14")
@pytest.mark.parametrize(("paid", "left"), [("1000", "nothing now"), ("400", "now $600.00")])
def test_a_letter_says_before_approval_that_it_is_no_longer_true(books, business, draft, paid, left):
    assert "it will not go out" not in read(books, business, "letter-detail", draft.pk)
    make.payment(draft.customer, paid, on="2026-03-16", split={Invoice.objects.get(): paid})
    page = read(books, business, "letter-detail", draft.pk)
    assert "What they owe changed since this was written: it will not go out." in page
    assert f"INV-1 30 days late $1,000.00 {left}" in page
    Letter.objects.update(state="cancelled")
    assert "it will not go out" not in read(books, business, "letter-detail", draft.pk)


@pytest.mark.proves("T52")
def test_looking_at_the_pdf_leaves_no_trace(books, business, draft):
    before = Event.objects.count(), Letter.objects.values().get()
    response = books.get(address(business, "letter-file", draft.pk))
    assert response.content.startswith(b"%PDF")
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert (Event.objects.count(), Letter.objects.values().get()) == before


def test_approving_shows_the_next_one(books, business, bookkeeper, draft):
    second = another(draft, "L60")
    response = books.post(address(business, "letter-approve", draft.pk))
    assert response.headers["Location"] == address(business, "letter-detail", second.pk)
    draft.refresh_from_db()
    assert (draft.state, draft.approved_by) == ("approved", bookkeeper)
    assert Event.objects.get(kind="letter.approved").actor == bookkeeper


def test_approving_twice_says_so(books, business, draft):
    url = address(business, "letter-approve", draft.pk)
    books.post(url)
    assert "Only a letter that waits for approval" in books.post(url, follow=True).content.decode()


def test_many_are_approved_at_once(books, business, draft):
    make.payment(draft.customer, "5", on="2026-01-02", currency="EUR")
    Payment.objects.update(created_at="2026-03-11 12:00Z")
    second = another(draft, "L60")
    third = another(draft, "L90")
    form = {"letter": [draft.pk, second.pk, "x"]}
    page = books.post(address(business, "letter-approve-ticked"), form, follow=True).content.decode()
    assert "2 letters approved." in page
    assert states() == ["approved", "approved", "draft"]
    assert Event.objects.filter(kind="letter.approved").count() == 2
    assert third.state == "draft"


@pytest.mark.proves("T15")
def test_many_on_old_figures_are_approved_only_after_asking(books, business, draft):
    second = another(draft, "L60")
    make.payment(draft.customer, "5", on="2026-01-02", currency="EUR")
    Payment.objects.update(created_at="2026-03-10 12:00Z")
    assert "Payments were last entered 6 days ago ." in read(books, business, "letter-list")
    form = {"letter": [draft.pk, second.pk]}
    page = words(books.post(address(business, "letter-approve-ticked"), form))
    assert "Approve 2 letters on these figures? Payments were last entered 6 days ago ." in page
    assert states() == ["draft", "draft"]
    books.post(address(business, "letter-approve-ticked"), form | {"anyway": "1"})
    assert states() == ["approved", "approved"]
    assert [event.data for event in Event.objects.filter(kind="letter.approved")] == [{"stale": True}] * 2


@pytest.mark.proves("T15")
def test_one_letter_is_approved_on_old_figures_without_asking(books, business, draft):
    books.post(address(business, "letter-approve-ticked"), {"letter": draft.pk})
    assert states() == ["approved"]
    assert Event.objects.get(kind="letter.approved").data == {}


def test_none_ticked_says_what_to_do(books, business, draft):
    page = books.post(address(business, "letter-approve-ticked"), follow=True).content.decode()
    assert "Tick the letters that may go out." in page


def test_a_final_letter_is_the_owners(books, business, client_of, owner, draft):
    Letter.objects.update(code="FINAL")
    assert books.post(address(business, "letter-approve", draft.pk)).status_code == 403
    page = books.post(address(business, "letter-approve-ticked"), {"letter": draft.pk}, follow=True).content.decode()
    assert "Final letters wait for the owner." in page
    assert states() == ["draft"]
    client_of(owner).post(address(business, "letter-approve", draft.pk))
    assert states() == ["approved"]


def test_a_letter_is_cancelled_with_its_reason(books, business, bookkeeper, draft):
    books.post(address(business, "letter-cancel", draft.pk), {"reason": "They paid in cash."})
    draft.refresh_from_db()
    assert (draft.state, draft.problem) == ("cancelled", "They paid in cash.")
    assert Event.objects.get(kind="letter.cancelled").actor == bookkeeper


def test_a_cancellation_needs_its_reason(books, business, draft):
    books.post(address(business, "letter-cancel", draft.pk), {"reason": " "})
    assert states() == ["draft"]


def test_a_letter_is_sent_now(books, business, bookkeeper, draft, mailoutbox):
    assert "It goes to ap@acme.example at once" in read(books, business, "letter-send", draft.pk)
    assert states() == ["draft"]
    page = books.post(address(business, "letter-send", draft.pk), follow=True).content.decode()
    assert "Sent to ap@acme.example." in page
    assert (states(), len(mailoutbox)) == (["sent"], 1)
    assert Event.objects.get(kind="letter.approved").actor == bookkeeper
    page = books.post(address(business, "letter-send", draft.pk), follow=True).content.decode()
    assert "Only a letter that waits for approval or is approved" in page
    assert len(mailoutbox) == 1


def test_what_keeps_a_letter_back_only_the_owner_sets_aside(books, business, client_of, owner, draft, mailoutbox):
    with time_machine.travel("2026-03-16 23:00Z", tick=False):
        answer = books.post(address(business, "letter-send", draft.pk))
        assert answer.status_code == 409
        assert "Only the owner may send it all the same." in answer.content.decode()
        assert books.post(address(business, "letter-send", draft.pk), {"override": "1"}).status_code == 403
        assert (states(), len(mailoutbox)) == (["approved"], 0)
        client_of(owner).post(address(business, "letter-send", draft.pk), {"override": "1"})
    assert (states(), len(mailoutbox)) == (["sent"], 1)
    assert Event.objects.get(kind="letter.hurried").actor == owner


@pytest.mark.proves("T14")
def test_a_letter_that_is_no_longer_true_is_not_sent_now(books, business, draft, mailoutbox):
    make.payment(draft.customer, "1000", on="2026-03-16", split={Invoice.objects.get(): "1000"})
    page = books.post(address(business, "letter-send", draft.pk), follow=True).content.decode()
    assert "Invoice INV-1 changed since the letter was written." in page
    assert (states(), mailoutbox) == (["cancelled"], [])


def test_a_letter_is_held_and_let_go(books, business, draft):
    books.post(address(business, "letter-hold", draft.pk), {"until": "2026-03-20", "reason": "They call tomorrow."})
    assert "Held until Mar 20, 2026 They call tomorrow." in read(books, business, "letter-detail", draft.pk)
    assert "held until in 4 days : They call tomorrow." in read(books, business, "letter-list", show="held")
    books.post(address(business, "letter-let-go", draft.pk))
    assert "No letter is held." in read(books, business, "letter-list", show="held")


def test_a_hold_needs_a_day_to_come_and_a_reason(books, business, draft):
    answer = books.post(address(business, "letter-hold", draft.pk), {"until": "2026-03-16", "reason": ""})
    assert answer.status_code == 422
    assert "Pick a day after today." in answer.content.decode()
    assert Letter.objects.get().hold_until is None


def test_a_letter_cancelled_by_mistake_is_taken_up_again(books, business, draft):
    books.post(address(business, "letter-cancel", draft.pk), {"reason": "They paid in cash."})
    assert "Take it up again" in read(books, business, "letter-detail", draft.pk)
    books.post(address(business, "letter-take-up", draft.pk))
    assert states() == ["draft"]


def test_the_step_of_a_letter_is_left_out(books, business, bookkeeper, draft):
    books.post(address(business, "letter-skip", draft.pk), {"reason": "They are moving house."})
    reminder = draft.reminders.get()
    assert (states(), reminder.skipped_reason, reminder.by) == (["cancelled"], "They are moving house.", bookkeeper)
    assert books.post(address(business, "letter-skip", draft.pk), {"reason": "Again."}).status_code == 404


@pytest.mark.parametrize(
    ("door", "question", "state"),
    [
        ("letter-arrived", "Did it arrive?", "sent"),
        ("letter-missing", "Did it not arrive?", "approved"),
        ("letter-forget", "Leave it at that?", "cancelled"),
    ],
)
def test_what_became_of_an_unconfirmed_letter_is_asked_then_noted(books, business, draft, door, question, state):
    pdf = store(business=business, content=b"%PDF", content_type="application/pdf", name="L30.pdf")
    Letter.objects.update(state="unconfirmed", document=pdf, problem="The line broke off.")
    assert "The line broke off." in read(books, business, "letter-list", show="unconfirmed")
    assert question in read(books, business, door, draft.pk)
    assert states() == ["unconfirmed"]
    books.post(address(business, door, draft.pk))
    assert states() == [state]


@pytest.mark.parametrize("door", ["letter-send", "letter-arrived", "letter-missing", "letter-forget"])
def test_a_final_letter_s_way_is_the_owners_alone(books, business, draft, door):
    Letter.objects.update(code="FINAL")
    assert books.get(address(business, door, draft.pk)).status_code == 403
    assert books.post(address(business, door, draft.pk)).status_code == 403
    assert states() == ["draft"]


def test_another_business_s_letters_cannot_be_ticked(client_of, outsider, draft):
    theirs = outsider.memberships.get().business
    client_of(outsider).post(address(theirs, "letter-approve-ticked"), {"letter": draft.pk})
    assert states() == ["draft"]


def test_a_letter_that_cannot_be_written_says_why_and_can_be_cancelled(books, business, draft):
    Letter.objects.update(facts=draft.facts | {"total": "1.00"})
    page = read(books, business, "letter-detail", draft.pk)
    assert "It cannot be written as it stands" in page
    assert "Cancel this letter" in page


def test_the_outbox_leaves_as_csv(books, business, draft):
    assert lines(books.get(address(business, "letter-list"), {"format": "csv"})) == [
        "Letter,Customer,Written,To,State,Currency,Asks for",
        "30-day letter,Acme,2026-03-16,ap@acme.example,Waits for approval,USD,1000.00",
    ]
