"""The first page behind the customer's link: what is owed, by when, three choices; nothing of the account beside it."""

from decimal import Decimal

import pytest
from django.utils import timezone

from arcollect.dates import Calendar
from customers.documents import store
from customers.models import Conversation, Event, Letter
from invoices.agreeing import make_promise
from invoices.disputing import open_dispute
from tests import make
from tests.invoices.portal import TODAY, visitor
from tests.make import day
from tests.pages import words

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def owed(acme):
    return make.invoice(acme, "INV-1", total="500"), make.invoice(acme, "INV-2", total="250.50", due="2026-02-28")


@pytest.mark.proves("P19")
def test_it_says_what_is_owed_since_when_and_offers_three_choices(acme, owed):
    said = words(visitor(acme, *owed).get())
    assert "Open $750.50 it was due on Feb 14, 2026" in said
    assert "Pay now" in said
    assert "I need more time" in said
    assert "Something is wrong" in said


def test_it_says_the_day_the_letter_named_while_that_is_to_come(acme, owed):
    letter = letter_about(acme, owed, written_on=TODAY)
    assert "please pay by Mar 27, 2026" in words(visitor(acme, *owed, letter=letter).get())


def test_what_is_not_due_yet_is_said_so(acme):
    invoice = make.invoice(acme, "INV-1", due="2026-04-01")
    assert "please pay by Apr 1, 2026" in words(visitor(acme, invoice).get())


@pytest.mark.proves("P19")
def test_what_falls_due_later_is_not_asked_for_with_what_is_late(acme, owed):
    later = make.invoice(acme, "INV-3", total="80", due="2026-04-30")
    first = visitor(acme, *owed, later)
    assert "Open $750.50 it was due on Feb 14, 2026 Another $80.00 is not due yet." in words(first.get())
    assert "Pay $750.50" in words(first.get("portal-pay"))


def test_of_what_is_all_still_to_come_the_first_is_asked_for(acme):
    soon, later = (make.invoice(acme, total="80", due=due) for due in ("2026-04-01", "2026-04-30"))
    assert "Open $80.00 please pay by Apr 1, 2026 Another $80.00 is not due yet." in words(visitor(acme, soon, later).get())


@pytest.mark.proves("T50")
def test_it_shows_what_the_link_lists_and_nothing_else(acme, owed):
    make.invoice(acme, "INV-SECRET", total="9999.99")
    acme.notes = "Slow payer, watch out"
    acme.approach = "WONT"
    acme.save()
    said = visitor(acme, *owed).get().content.decode()
    for hidden in ("INV-SECRET", "9,999.99", "Slow payer", "WONT", "does not want"):
        assert hidden not in said


def test_what_is_in_query_is_not_asked_for(acme, owed):
    open_dispute(invoice=owed[0], code="PRICE", amount=Decimal(500), on=TODAY, calendar=Calendar(), summary="They say: wrong")
    said = words(visitor(acme, *owed).get())
    assert "Open $250.50" in said
    assert "We are looking into your question about $500.00" in said
    assert "They say: wrong" not in said


def test_all_in_query_is_nothing_to_pay(acme, owed):
    open_dispute(invoice=owed[0], code="PRICE", amount=Decimal(500), on=TODAY, calendar=Calendar())
    said = words(visitor(acme, owed[0]).get())
    assert "Nothing to pay while we look into your question" in said
    assert "Pay now" not in said


def test_a_promise_is_remembered(acme, owed):
    make_promise(customer=acme, currency="USD", amount=Decimal("750.50"), made_on=TODAY, due_on=day("2026-03-27"))
    said = words(visitor(acme, *owed).get())
    assert "You said you would pay $750.50 by Mar 27, 2026. Thank you for telling us." in said


def test_paid_is_paid(acme, owed):
    make.payment(acme, "750.50", on="2026-03-10", split={owed[0]: "500", owed[1]: "250.50"})
    said = words(visitor(acme, *owed).get())
    assert "Everything here is paid. Thank you." in said
    assert "We received $750.50. Thank you." in said


def test_the_story_tells_what_happened_and_not_what_was_noted(acme, owed):
    letter_about(acme, owed, written_on=day("2026-03-02"))
    secret = {"outcome": "REACHED", "paraphrase": "They are hopeless", "notes": "rude"}
    Conversation.objects.create(business=acme.business, customer=acme, at=timezone.now(), **secret)
    make.payment(acme, "100", on="2026-03-10", split={owed[0]: "100"})
    said = words(visitor(acme, *owed).get())
    assert "We wrote to you." in said
    assert "We spoke on the telephone." in said
    assert "We received $100.00. Thank you." in said
    assert "hopeless" not in said
    assert "rude" not in said


def test_a_letter_about_something_else_is_not_told(acme, owed):
    other = make.invoice(acme, "INV-9")
    letter_about(acme, [other], written_on=day("2026-03-02"))
    assert "We wrote to you" not in words(visitor(acme, *owed).get())


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ({"represented_by": "Marsh & Co"}, "We talk about this with Marsh & Co, who represents you."),
        ({"insolvent": True}, "Please tell us who looks after your affairs now"),
        ({"deceased": True}, "We are sorry for your loss."),
    ],
)
def test_who_is_better_talked_to_sees_whom_to_talk_to(acme, owed, flag, said):
    for name, value in flag.items():
        setattr(acme, name, value)
    acme.save()
    page = words(visitor(acme, *owed).get())
    assert said in page
    assert "Pay now" not in page
    assert "tell us what is wrong" in page


def test_looking_writes_nothing(acme, owed):
    page = visitor(acme, *owed)
    before = Event.objects.count()
    page.get()
    page.browser.head(page.address())
    assert Event.objects.count() == before


@pytest.mark.parametrize("invoices", [1, 5])
def test_however_many_invoices_it_asks_the_database_as_often(acme, invoices, django_assert_num_queries):
    rows = [make.invoice(acme, f"INV-{number}") for number in range(invoices)]
    page = visitor(acme, *rows)
    page.get()
    with django_assert_num_queries(18):
        page.get()


def letter_about(customer, invoices, *, written_on) -> Letter:
    document = store(business=customer.business, content=b"%PDF", content_type="application/pdf", name="letter.pdf")
    return Letter.objects.create(
        business=customer.business,
        customer=customer,
        code="L30",
        state="sent",
        channel="email",
        currency="USD",
        language="en",
        written_on=written_on,
        sent_on=written_on,
        document=document,
        facts={"lines": [{"invoice": row.pk} for row in invoices]},
    )
