"""What was owed at the end of many days, added up at once, is what the ageing of each day says (domain.md 2.6)."""

from datetime import timedelta
from decimal import Decimal

from invoices import booking
from invoices.history import ageings
from invoices.metrics import CURRENT
from invoices.month_ends import owed_on
from invoices.refunding import pay_back
from invoices.writing_off import take_back, write_off
from tests import make
from tests.invoices.o1 import AS_OF, write_o1
from tests.make import day

DAYS = [AS_OF - timedelta(days=days) for days in (0, 5, 10, 15, 30, 61, 91, 181, 400)]


def by_ageing(business, on):
    return {code: (one.net, one.buckets[CURRENT]) for code, one in ageings(business, on).items() if one.net or one.owed}


def by_moves(business, days):
    found = owed_on(business, days)
    return {
        on: {code: (one.net, one.current) for code, one in sorted(found[on].items()) if one.net or one.current} for on in days
    }


def test_the_oracle_ledger_at_the_ends_of_may_and_june(business):
    write_o1(business)
    found = owed_on(business, [day("2026-05-31"), AS_OF])
    assert (found[day("2026-05-31")]["USD"].net, found[AS_OF]["USD"].net, found[AS_OF]["USD"].current) == (6000, 5400, 1500)


def test_it_says_what_the_ageing_of_every_day_says(business):
    """Part paid, paid ahead, returned, written off and back, refunded, another currency."""
    o1 = write_o1(business)
    acme = o1.customers["Acme"]
    ahead = make.invoice(acme, issued="2026-06-28", due="2026-07-28", total="80")
    make.payment(acme, "80", on="2026-06-18", split={ahead: "80"})
    early = make.payment(acme, "500", on="2026-06-16", split={o1.invoices["INV-2"]: "500"})
    booking.return_payment(payment=early, on=day("2026-06-26"))
    gone = write_off(invoice=o1.invoices["INV-1"], amount=Decimal(40), kind="goodwill", reason="Sorry", on=day("2026-06-17"))
    take_back(row=gone, on=day("2026-06-27"))
    pay_back(source=make.payment(acme, "60", on="2026-06-12"), amount=Decimal(60), on=day("2026-06-22"))
    make.invoice(acme, issued="2026-06-01", due="2026-07-01", total="70", currency="EUR")
    assert by_moves(business, DAYS) == {on: by_ageing(business, on) for on in DAYS}


def test_the_number_of_queries_does_not_grow_with_the_days(business, django_assert_max_num_queries):
    write_o1(business, history=False)
    with django_assert_max_num_queries(12):
        owed_on(business, DAYS)
