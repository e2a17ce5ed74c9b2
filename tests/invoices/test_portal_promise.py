"""A day and an amount named behind the customer's link: noted, within the limits of every promise (P19, T37)."""

from decimal import Decimal

import pytest

from customers.models import Event, Task
from invoices.models import Promise
from tests import make
from tests.invoices.portal import TODAY, visitor
from tests.make import day
from tests.pages import words

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def page(acme):
    make.invoice(acme, "INV-0", total="70", due="2026-01-01")
    return visitor(acme, make.invoice(acme, "INV-1", total="500"), make.invoice(acme, "INV-2", total="300", due="2026-03-01"))


@pytest.mark.proves("P19", "T37")
def test_a_day_is_noted_for_the_invoices_of_the_link_oldest_first(page):
    answer = page.confirm().post("portal-promise", amount="600", due_on="2026-04-02")
    assert answer.url == page.address("portal-done", "promise")
    promise = Promise.objects.get()
    assert (promise.amount, promise.due_on, promise.source, promise.contact) == (
        600,
        day("2026-04-02"),
        "portal",
        page.link.contact,
    )
    assert {line.invoice.number: line.amount for line in promise.lines.all()} == {"INV-1": 500, "INV-2": 100}
    assert Task.objects.get(kind="promise_due").subject == f"promise:{promise.pk}"
    event = Event.objects.get(kind="portal.promised")
    assert event.data["promise"] == promise.pk
    said = words(page.get("portal-done", "promise"))
    assert "$600.00 is to be with us by Apr 2, 2026." in said
    assert "Until then we do not remind you of it." in said


@pytest.mark.proves("T37")
def test_the_page_offers_a_day_up_to_where_a_promise_reaches(page):
    assert "I will pay all of it, or a part, on a day Name the day, up to Apr 19, 2026" in words(page.get("portal-plan"))


@pytest.mark.proves("T37")
def test_no_further_than_a_promise_reaches(page):
    said = words(refused(page.confirm(), amount="600", due_on="2026-06-30"))
    assert "We can note a day up to Apr 19, 2026." in said
    assert not Promise.objects.exists()


@pytest.mark.proves("T37")
def test_not_for_ever_after_broken_ones(acme, page):
    for due in ("2026-03-01", "2026-03-10"):
        fields = {"made_on": day("2026-02-20"), "due_on": day(due), "state": "broken", "evaluated_on": day(due)}
        Promise.objects.create(business=acme.business, customer=acme, currency="USD", amount=Decimal(5), **fields)
    assert "on a day" not in words(page.get("portal-plan"))
    said = words(refused(page.confirm(), amount="600", due_on="2026-04-02"))
    assert "Please pay in parts, or talk to us." in said
    assert 'value="600"' in page.post("portal-promise", amount="600", due_on="2026-04-02").content.decode()


def test_no_more_than_is_open(page):
    assert "$800.00 is open: no more is needed." in words(refused(page.confirm(), amount="801", due_on="2026-04-02"))


def test_no_day_gone_by(page):
    assert "This day has passed." in words(refused(page.confirm(), amount="80", due_on="2026-03-19"))


@pytest.mark.proves("T48")
def test_it_asks_for_the_code_before_anything_is_typed(page):
    assert page.get("portal-promise").url == page.address("portal-code") + "?to=promise/"


@pytest.mark.proves("T48")
def test_without_a_code_nothing_is_noted_and_what_was_typed_stays(page):
    answer = refused(page, amount="600", due_on="2026-04-02", code=403)
    assert "Please confirm once more that it is you." in words(answer)
    assert 'value="600"' in answer.content.decode()
    assert not Promise.objects.exists()


@pytest.mark.parametrize(("typed", "amount"), [("1.250,00", "800"), ("600,00", "600"), ("$ 600.00", "600"), ("600", "600")])
def test_amounts_are_read_as_people_write_them(page, typed, amount):
    answer = page.confirm().post("portal-promise", amount=typed, due_on="2026-04-02")
    assert Promise.objects.filter(amount=amount).exists() == (answer.status_code == 302)
    assert (answer.status_code == 302) == (amount == "600")


def refused(page, code=422, **data):
    answer = page.post("portal-promise", **data)
    assert answer.status_code == code
    answer.status_code = 200
    return answer


def test_today_is_the_day_of_the_business(page):
    page.confirm().post("portal-promise", amount="600", due_on=TODAY.isoformat())
    assert Promise.objects.get().made_on == TODAY
