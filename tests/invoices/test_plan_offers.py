"""Offering a plan from the customer's page: ready-made or its own, to the cent, within limits or beyond them with a reason."""

from decimal import Decimal

import pytest

from arcollect.dates import Calendar
from invoices.disputing import open_dispute
from invoices.models import PaymentPlan
from tests import make
from tests.make import day
from tests.pages import address, read, words

pytestmark = pytest.mark.usefixtures("in_march")
TODAY = day("2026-03-20")
OWN = {"choice": "own", "count": "4", "every": "month", "first_on": "2026-04-20", "deposit": "500", "deposit_on": "2026-03-20"}


@pytest.fixture
def late(acme):
    return make.invoice(acme, "INV-1", due="2026-02-14", total="2500")


def offer(browser, business, acme, late, follow=False, **fields):
    form = {"choice": "half_half", "covers": [late.pk], "every": "month"} | fields
    return browser.post(address(business, "plan-offer", acme.pk), form, follow=follow)


def rows_of(plan: PaymentPlan) -> list[tuple[str, Decimal]]:
    return [(f"{row.due_on:%m-%d}", row.amount) for row in plan.instalments.all()]


@pytest.mark.proves("P24", "P19")
def test_the_plans_that_fit_stand_ready_with_dates_and_amounts(books, business, acme, late):
    page = read(books, business, "plan-offer", acme.pk)
    assert "$2,500.00 is overdue and undisputed." in page
    assert "Half now, half in a month Mar 20, 2026: $1,250.00 · Apr 20, 2026: $1,250.00" in page
    assert "4 weekly payments" in page
    assert "A first payment, then 4 monthly ones Mar 20, 2026: $500.00" in page
    assert not PaymentPlan.objects.exists()


@pytest.mark.proves("P24")
def test_a_ready_one_is_offered_by_one_click(books, business, acme, late, bookkeeper):
    answer = offer(books, business, acme, late, follow=True)
    plan = PaymentPlan.objects.get()
    assert (plan.state, plan.by, plan.total) == ("offered", bookkeeper, 2500)
    assert rows_of(plan) == [("03-20", 1250), ("04-20", 1250)]
    assert "On offer until Mar 27, 2026." in words(answer)


@pytest.mark.proves("T29")
def test_one_of_its_own_comes_out_to_the_cent(books, business, acme, late):
    """domain.md 6.3: 2500.00, 20 % deposit and four."""
    offer(books, business, acme, late, **OWN)
    assert rows_of(PaymentPlan.objects.get()) == [("03-20", 500), ("04-20", 500), ("05-20", 500), ("06-20", 500), ("07-20", 500)]


def test_a_preview_writes_nothing_and_says_what_they_pay(books, business, acme, late):
    page = words(offer(books, business, acme, late, preview="1", **OWN))
    assert "Mar 20, 2026 500.00 Apr 20, 2026 500.00" in page
    assert "Within your limits." in page
    assert not PaymentPlan.objects.exists()


@pytest.mark.proves("T31")
def test_a_disputed_part_is_not_in_it(books, business, acme, late):
    open_dispute(invoice=late, code="PRICE", amount=Decimal(500), on=TODAY, calendar=Calendar())
    assert "$2,000.00 is overdue and undisputed." in read(books, business, "plan-offer", acme.pk)


def test_an_invoice_is_left_out(books, business, acme, late):
    other = make.invoice(acme, "INV-2", due="2026-02-15", total="700")
    offer(books, business, acme, other)
    plan = PaymentPlan.objects.get()
    assert (plan.total, [row.invoice for row in plan.covered.all()]) == (700, [other])


def test_a_discount_comes_off_what_they_pay(books, business, acme, late):
    offer(books, business, acme, late, discount="100")
    plan = PaymentPlan.objects.get()
    assert (plan.total, plan.discount, rows_of(plan)) == (2500, 100, [("03-20", 1200), ("04-20", 1200)])
    assert "$100.00 of $2,500.00 is let go if they keep it." in read(books, business, "plan-detail", plan.pk)


BEYOND = OWN | {"count": "20", "deposit": ""}


def test_a_bookkeeper_stays_within_the_limits(books, business, acme, late):
    answer = offer(books, business, acme, late, **BEYOND, reason="They are old friends.")
    assert answer.status_code == 422
    assert "only an owner may offer it" in answer.content.decode()
    assert not PaymentPlan.objects.exists()


def test_the_owner_goes_beyond_them_with_a_reason(client_of, owner, business, acme, late):
    boss = client_of(owner)
    assert "Say why: it is beyond your limits." in offer(boss, business, acme, late, **BEYOND).content.decode()
    offer(boss, business, acme, late, **BEYOND, reason="Twenty years a customer.")
    plan = PaymentPlan.objects.get()
    assert (plan.instalments.count(), plan.proposal) == (20, "Twenty years a customer.")
    assert "Twenty years a customer." in read(boss, business, "plan-detail", plan.pk)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"choice": "own"}, "How many?"),
        (OWN | {"first_on": "2026-03-01"}, "Choose today or a later day."),
        (OWN | {"deposit": "2500"}, "Less than all of it"),
        (OWN | {"deposit": "1.005"}, "USD has 2 decimals."),
        (OWN | {"deposit_on": "2026-05-20"}, "not after the first instalment"),
        ({"discount": "2500"}, "Less than what is owed."),
        ({"discount": "abc"}, "Enter a number."),
        ({"choice": "unheard_of"}, "Select a valid choice."),
        ({"covers": []}, "This field is required."),
    ],
)
def test_a_plan_nobody_could_pay_is_refused(books, business, acme, late, fields, message):
    answer = offer(books, business, acme, late, **fields)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not PaymentPlan.objects.exists()


def test_beside_a_plan_there_is_no_second(books, business, acme, late):
    offer(books, business, acme, late)
    page = read(books, business, "plan-offer", acme.pk)
    assert "on offer or running already" in page
    assert "Offer it" not in page


def test_with_nothing_overdue_there_is_nothing_to_plan(books, business, acme):
    assert "Nothing of theirs is overdue and undisputed." in read(books, business, "plan-offer", acme.pk)


def test_each_currency_has_a_plan_of_its_own(books, business, acme, late):
    make.invoice(acme, "INV-2", due="2026-02-15", total="700", currency="EUR")
    page = words(books.get(address(business, "plan-offer", acme.pk), {"currency": "USD"}))
    assert "EUR USD" in page
    assert "$2,500.00 is overdue" in page


@pytest.mark.proves("P19")
def test_other_dates_are_agreed_once(books, business, acme, late):
    plan = make.plan(acme, {late: "2500"}, {"2026-03-23": "500", "2026-04-20": "2000"}, signed="2026-03-20")
    form = {"choice": "own", "count": "5", "every": "week", "first_on": "2026-03-25"}
    books.post(address(business, "plan-reschedule", plan.pk), form)
    fresh = PaymentPlan.objects.get(replaces=plan)
    assert (fresh.version, fresh.state, [amount for _day, amount in rows_of(fresh)]) == (2, "offered", [500] * 5)
    make.sign(fresh, "2026-03-20")
    answer = books.get(address(business, "plan-reschedule", fresh.pk), follow=True)
    assert "This plan was changed before" in words(answer)


@pytest.mark.parametrize("name", ["plan-offer"])
def test_outsiders_and_nobody_offer_nothing(client, client_of, outsider, business, acme, late, name):
    assert client_of(outsider).get(address(business, name, acme.pk)).status_code == 404
    assert client.get(address(business, name, acme.pk)).status_code == 302
