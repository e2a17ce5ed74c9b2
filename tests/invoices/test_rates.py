"""Statutory interest in a ledger: who is asked, at which rates, and what the owner waived."""

from decimal import Decimal

import pytest
import time_machine

from customers.models import Event
from invoices import booking
from invoices.interest import is_reference_day
from invoices.models import InterestWaiver, ReferenceRate
from invoices.rates import REFERENCES, claims_of, rates_of, save_rate, scheme_of, shipped
from tests import make
from tests.make import day
from tests.pages import address, read, words

CLAIMING = {"statutory_interest": "UK", "interest_contracts_silent": True}
UNTIL = day("2026-06-30")


@pytest.fixture
def british(business):
    business.settings, business.currency, business.country = CLAIMING, "GBP", "GB"
    business.save()
    return business


@pytest.fixture
def late(british):
    """The 91 days of domain.md 7.8: 5000.00 due 2026-03-31."""
    return make.invoice(make.customer(british), "INV-7", issued="2026-03-01", due="2026-03-31", total="5000", currency="GBP")


@pytest.fixture
def browser(client_of, owner):
    return client_of(owner)


@pytest.fixture
def in_june():
    with time_machine.travel("2026-06-30T12:00Z", tick=False):
        yield


def claim(invoice, until=UNTIL, **more):
    return claims_of(invoice.business, [invoice.pk], until, **more).get(invoice.pk)


def test_nothing_is_claimed_by_default(business):
    assert scheme_of(business) is None
    business.settings = {"statutory_interest": "UK"}
    assert scheme_of(business) is None, "the owner has not said that the contracts are silent"


def test_a_late_invoice_of_a_company(late):
    assert (claim(late).interest, claim(late).compensation) == (Decimal("146.47"), 70)


def test_part_payments_by_their_value_date_and_none_that_was_taken_back(late):
    payment = make.payment(late.customer, "2000", on="2026-04-30", split={late: "2000"}, currency="GBP")
    assert claim(late).interest == Decimal("107.20")
    booking.return_payment(payment=payment, on=day("2026-06-01"))
    assert claim(late).interest == Decimal("146.47")


def test_what_is_in_dispute_bears_nothing(late):
    assert claim(late, apart={late.pk: Decimal(5000)}).total == 0
    assert claim(late, apart={late.pk: Decimal(2000)}).interest == Decimal("87.88")


@pytest.mark.parametrize("kind", ["individual", "sole_trader"])
def test_only_companies_are_asked(late, kind):
    type(late.customer).objects.update(kind=kind)
    assert claim(late) is None


def test_what_is_not_late_yet_has_no_claim(late):
    assert claim(late, day("2026-03-31")) is None


def test_another_business_s_invoice_is_not_found(late, outsider):
    theirs = outsider.memberships.get().business
    theirs.settings = CLAIMING
    assert claims_of(theirs, [late.pk], UNTIL) == {}


@pytest.mark.parametrize(("country", "margin"), [("NL", "8"), ("DE", "8.12"), ("FR", "10"), ("AT", "8")])
def test_points_over_the_reference_by_country(business, country, margin):
    """Germany's nine stand over its own base rate, which follows the ECB's 0.88 points lower."""
    business.settings, business.country = CLAIMING | {"statutory_interest": "EU"}, country
    assert scheme_of(business).margin == Decimal(margin)


@pytest.mark.parametrize("law", REFERENCES)
def test_every_shipped_rate_is_of_a_day_that_is_asked_for(law):
    from_file = shipped(REFERENCES[law])
    assert from_file
    assert all(is_reference_day(on, law) and 0 <= percent < 20 for on, percent in from_file.items())


def test_the_owners_rate_counts_over_ours(british, late, owner):
    save_rate(business=british, reference="BOE", on=day("2025-12-31"), percent=Decimal("4.75"), actor=owner)
    assert claim(late).stretches[0].percent == Decimal("12.75")
    assert Event.objects.get(kind="business.rate_changed").data["change"] == ["3.75", "4.75"]


def test_the_switch_needs_the_owners_word(browser, business):
    page = words(browser.post(address(business, "rate-list"), {"law": "EU", "mode": "FIXED"}))
    assert "without it, nothing may be claimed" in page
    browser.post(address(business, "rate-list"), {"law": "EU", "mode": "FIXED", "silent": "on"})
    business.refresh_from_db()
    assert business.settings == {"statutory_interest": "EU", "interest_contracts_silent": True}
    browser.post(address(business, "rate-list"), {"law": "OFF", "mode": "FIXED", "silent": "on"})
    business.refresh_from_db()
    assert business.settings == {}


def test_the_table_is_edited_and_an_own_rate_taken_out_again(browser, british):
    page = read(browser, british, "rate-list")
    assert "Check these rates with the central bank" in page
    assert "31 Dec 2025 3.75 came with this version" in page
    browser.post(address(british, "rate-save"), {"reference": "BOE", "on": "2025-12-31", "percent": "4"})
    assert "31 Dec 2025 4 entered by you, came as 3.75" in read(browser, british, "rate-list")
    browser.post(address(british, "rate-forget", ReferenceRate.objects.get().pk))
    assert rates_of(british, "BOE") == shipped("BOE")
    assert Event.objects.filter(kind="business.rate_changed").count() == 2


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"reference": "BOE", "on": "2026-02-05", "percent": "4"}, "30 June and 31 December"),
        ({"reference": "ECB", "on": "2025-12-31", "percent": "4"}, "1 January and 1 July"),
        ({"reference": "ECB", "on": "2026-01-01", "percent": "400"}, "less than or equal to 100"),
    ],
)
def test_a_rate_nobody_would_use_is_refused(browser, business, sent, reason):
    assert reason in words(browser.post(address(business, "rate-save"), sent))
    assert not ReferenceRate.objects.exists()


def test_a_missing_half_year_is_said(client_of, owner, british, late):
    with time_machine.travel("2027-02-01T12:00Z", tick=False):
        assert "The rate of 31 Dec 2026 is not entered" in read(client_of(owner), british, "rate-list")


def test_the_invoice_shows_the_claim_and_how_it_came_about(late, browser, in_june):
    page = read(browser, late.business, "invoice-detail", late.pk)
    assert "Interest to 30 Jun 2026 £146.47" in page
    assert "Fixed sum £70.00" in page
    assert "1 Apr 2026 to 30 Jun 2026: 91 days at 11.75 % on £5,000.00" in page
    assert "Open £5,000.00" in page


def test_waived_for_a_reason_and_claimed_again(late, browser, in_june):
    assert "required" in words(browser.post(address(late.business, "interest-waive", late.pk), {"reason": ""}))
    browser.post(address(late.business, "interest-waive", late.pk), {"reason": "An old friend"})
    assert claim(late) is None
    assert "An old friend" in read(browser, late.business, "invoice-detail", late.pk)
    assert "friend" not in str(Event.objects.get(kind="invoice.interest_waived").data)
    browser.post(address(late.business, "interest-claim", late.pk))
    assert not InterestWaiver.objects.exists()
    assert claim(late).interest == Decimal("146.47")
    assert Event.objects.filter(kind="invoice.interest_claimed").count() == 1
