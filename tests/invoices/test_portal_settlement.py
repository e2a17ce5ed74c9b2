"""A settlement on offer behind the customer's link: seen, accepted by a typed name, or declined (domain.md 6.6, P05)."""

from decimal import Decimal

import pytest

from customers.models import Event
from invoices.booking import apply_credit_note
from invoices.models import Invoice
from invoices.models.settlement import SettlementState
from invoices.settling import offer_settlement
from tests import make
from tests.invoices.portal import TODAY, visitor
from tests.make import day
from tests.pages import words

pytestmark = [pytest.mark.usefixtures("in_march"), pytest.mark.proves("P05")]


@pytest.fixture
def page(acme, owner):
    invoice = make.invoice(acme, "INV-1", total="2000", due="2025-12-01")
    days = {"accept_by": day("2026-03-27"), "pay_by": day("2026-04-03"), "on": TODAY}
    offer = offer_settlement(customer=acme, currency="USD", amount=Decimal(1800), reached_90=True, actor=owner, **days)
    return visitor(acme, invoice, purpose="offer", settlement=offer)


def state(page):
    page.link.settlement.refresh_from_db()
    return page.link.settlement.state


def test_it_says_what_is_given_up_and_until_when(page):
    assert "An offer: $1,800.00 settles everything You can accept it until Mar 27, 2026." in words(page.get())
    said = words(page.confirm().get("portal-settlement"))
    assert "Open now $2,000.00 We give up $200.00 You pay $1,800.00 In our account by Apr 3, 2026" in said
    assert "If it has not arrived in full by Apr 3, 2026, the offer ends and $2,000.00 is owed as before" in said


def test_accepted_it_says_what_is_to_be_where_by_when(page):
    answer = page.confirm().post("portal-settlement", name="Ana López", act="accept")
    assert answer.url == page.address("portal-done", "settled")
    assert state(page) == SettlementState.ACCEPTED
    assert page.link.settlement.accepted_by == "Ana López"
    assert Event.objects.filter(kind="portal.settlement_accepted").exists()
    assert "$1,800.00 is to be in our account by Apr 3, 2026." in words(page.get("portal-done", "settled"))
    assert "To settle everything $1,800.00 with us by Apr 3, 2026" in words(page.get())
    assert "Pay $1,800.00" in words(page.get("portal-pay"))


@pytest.mark.proves("T14")
@pytest.mark.parametrize(("credited", "said"), [("1000", "To settle everything $1,000.00"), ("2000", "Everything here is paid")])
def test_what_we_credited_since_is_not_asked_for(acme, page, credited, said):
    page.confirm().post("portal-settlement", name="Ana López", act="accept")
    note = make.credit_note(acme, credited, on="2026-03-20")
    apply_credit_note(credit_note=note, split=[(Invoice.objects.get().pk, Decimal(credited))], on=TODAY)
    assert said in words(page.get())
    assert "1,800" not in words(page.get("portal-pay"))


def test_declined_is_declined(page):
    assert page.confirm().post("portal-settlement", act="decline").url == page.address("portal-done", "unsettled")
    assert state(page) == SettlementState.DECLINED


def test_without_a_name_nobody_accepts(page):
    assert page.confirm().post("portal-settlement", name="", act="accept").status_code == 422
    assert state(page) == SettlementState.OFFERED


@pytest.mark.proves("T48")
@pytest.mark.parametrize("act", ["accept", "decline"])
def test_without_the_code_nothing_is_answered(page, act):
    page.post("portal-settlement", name="Ana", act=act)
    assert state(page) == SettlementState.OFFERED


def test_while_it_is_open_no_plan_is_made_beside_it(page):
    assert "There is an offer to settle everything." in words(page.get("portal-plan"))
