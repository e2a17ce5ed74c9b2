"""Behind the link of a satisfaction letter: all is as ordered, something is wrong, or it went to the wrong address (P16)."""

import pytest
from django.test import Client

from customers.models import Event, Letter, Task
from invoices.models import Satisfaction
from tests import make
from tests.invoices.portal import TODAY, visitor
from tests.pages import read, words

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def invoice(acme):
    return make.invoice(acme, "INV-1", issued="2026-03-18", due="2026-04-17", total="500")


def letter(of, code="L0", names=()) -> Letter:
    facts = {"lines": [{"invoice": row.pk} for row in names]}
    common = {"facts": facts, "channel": "email", "currency": "USD", "language": "en", "written_on": TODAY, "state": "approved"}
    return Letter.objects.create(business=of.business, customer=of, code=code, **common)


@pytest.fixture
def page(acme, invoice):
    """Nobody gave a code."""
    return visitor(acme, invoice, letter=letter(acme))


@pytest.mark.proves("P16", "T48")
def test_all_is_as_ordered_takes_one_click_and_no_code(page, acme, invoice):
    assert "Is everything as you ordered it?" in words(page.get())
    answer = page.post("portal-satisfaction", "fine")
    assert answer.url == page.address("portal-done", "fine")
    row = Satisfaction.objects.get()
    assert (row.answer, row.invoice, row.link, row.customer) == ("fine", invoice, page.link, acme)
    event = Event.objects.get(kind="portal.satisfaction")
    assert (event.subject, event.customer, event.data["answer"]) == (f"invoice:{invoice.pk}", acme, "fine")
    assert not Task.objects.exists()
    assert "$500.00 is due on Apr 17, 2026." in words(page.get("portal-done", "fine"))
    home = words(page.get())
    assert "You told us that all is as ordered." in home and "Is everything as you ordered it?" not in home


@pytest.mark.proves("P16")
def test_something_is_wrong_is_a_call_the_next_business_day(page, acme):
    assert page.post("portal-satisfaction", "wrong").status_code == 422
    answer = page.post("portal-satisfaction", "wrong", said="Two boxes are missing.")
    assert answer.url == page.address("portal-done", "wrong")
    task = Task.objects.get()
    assert (task.kind, task.customer, str(task.due_on)) == ("callback", acme, "2026-03-23")
    assert "INV-1" in task.reason and "“Two boxes are missing.”" in task.reason and "Not confirmed by a code." in task.reason
    done = page.get("portal-done", "wrong")
    assert "Somebody calls you by Mar 23, 2026" in words(done)
    assert page.address("portal-query") in done.content.decode()
    assert "Two boxes" not in str(Event.objects.get(kind="portal.satisfaction").data)


@pytest.mark.proves("P16", "P17")
def test_the_wrong_address_is_checked_before_it_is_changed(page, acme):
    page.post("portal-satisfaction", "address", said="Accounts moved to 5 Mill Road.")
    task = Task.objects.get()
    assert (task.kind, Satisfaction.objects.get().answer) == ("contact_change", "address")
    assert "Accounts moved to 5 Mill Road." in task.reason
    acme.refresh_from_db()
    assert acme.street == ""


def test_the_same_answer_twice_is_one_and_another_one_counts_from_then(page):
    for _ in range(2):
        page.post("portal-satisfaction", "fine")
    assert Satisfaction.objects.count() == 1
    page.post("portal-satisfaction", "wrong", said="It broke.")
    assert [row.answer for row in Satisfaction.objects.order_by("pk")] == ["fine", "wrong"]
    assert "You told us that something is wrong. We call you. Change your answer Yes, all is as ordered" in words(page.get())


def test_an_answer_that_was_given_is_changed_behind_a_fold(page):
    assert b"<details><summary>Change" not in page.get().content
    page.post("portal-satisfaction", "wrong", said="It broke.")
    shown = page.get().content.decode()
    fold = shown[shown.index("<details><summary>Change your answer") :]
    assert '<button class="button second">Yes, all is as ordered</button>' in fold
    assert "Yes, all is as ordered" not in shown[: -len(fold)]


def test_of_several_invoices_each_has_the_answer(acme, invoice):
    second = make.invoice(acme, "INV-2", issued="2026-03-18", due="2026-04-18")
    visitor(acme, invoice, second, letter=letter(acme)).post("portal-satisfaction", "fine")
    assert set(Satisfaction.objects.values_list("invoice", flat=True)) == {invoice.pk, second.pk}


@pytest.mark.proves("P16")
def test_an_old_invoice_the_letter_did_not_ask_about_has_no_answer(acme, invoice):
    old = make.invoice(acme, "OLD-1", issued="2025-11-18", due="2025-12-18")
    visitor(acme, old, invoice, letter=letter(acme, names=[invoice])).post("portal-satisfaction", "fine")
    assert Satisfaction.objects.get().invoice == invoice


@pytest.mark.proves("T48")
def test_looking_at_an_answer_gives_none(page):
    for name in ("fine", "wrong", "address"):
        assert page.get("portal-satisfaction", name).status_code == 200
    assert page.get("portal-satisfaction", "superb").status_code == 404
    assert not Satisfaction.objects.exists()


def test_other_letters_do_not_ask(acme, invoice):
    page = visitor(acme, invoice, letter=letter(acme, "L30"))
    assert "Is everything as you ordered it?" not in words(page.get())
    assert page.post("portal-satisfaction", "fine").url == page.address("portal")
    assert not Satisfaction.objects.exists()


@pytest.mark.proves("T52")
def test_a_member_who_looks_answers_nothing(page, books):
    assert books.post(f"{page.address('portal-satisfaction', 'fine')}?preview").status_code == 403
    assert not Satisfaction.objects.exists()


@pytest.mark.proves("P16")
def test_what_they_said_stands_with_the_invoice_and_the_customer(page, books, business, acme, invoice):
    page.post("portal-satisfaction", "wrong", said="It broke.")
    there = read(books, business, "invoice-detail", invoice.pk)
    assert "They say to the satisfaction letter: Something is wrong" in there and "It broke." in there
    assert "About invoice INV-1 they say: Something is wrong" in there
    assert "About invoice INV-1 they say: Something is wrong" in read(books, business, "customer-detail", acme.pk)


@pytest.mark.parametrize(
    ("language", "asks"), [("de", "Ist alles so, wie Sie es bestellt haben?"), ("es", "¿Está todo como lo pidió?")]
)
def test_in_their_language(page, acme, language, asks):
    acme.language = language
    acme.save()
    assert asks in words(Client().get(page.address()))
