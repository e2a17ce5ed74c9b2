"""The lanes out of real rows: what stands against each overdue invoice is read, and summed for the night (P11)."""

from decimal import Decimal

import pytest

from customers.editing import set_flags
from invoices.agreeing import make_promise
from invoices.lane_facts import lanes, section
from invoices.lanes import Lane
from tests import make
from tests.invoices.o1 import AS_OF, write_o1
from tests.make import day


@pytest.mark.proves("P11")
def test_the_oracle_ledger_in_its_lanes(business):
    """Cedar's 350 belongs to INV-8 and INV-7, as INV-9 is in query; Acme's credit of 100 to INV-3."""
    o1 = write_o1(business, history=False)
    found = {one.debt.invoice_id: one.lane for one in lanes(business, AS_OF)}
    names = {number: found.get(row.pk) for number, row in o1.invoices.items()}
    assert names == {
        "INV-1": None,
        "INV-2": None,
        "INV-3": Lane.MATCH,
        "INV-4": Lane.ADMIN,
        "INV-5": Lane.ADMIN,
        "INV-6": Lane.ADMIN,
        "INV-7": Lane.MATCH,
        "INV-8": Lane.MATCH,
        "INV-9": Lane.DISPUTES,
    }
    sums = section(business, AS_OF)["USD"]["lanes"]
    assert sums["admin"] == {"amount": "2700.00", "count": 3}
    assert sums["hard"] == {"amount": "0.00", "count": 0}
    assert sum(Decimal(one["amount"]) for one in sums.values()) == 4350


def test_agreements_and_flags_are_read(business, owner, django_assert_max_num_queries):
    rows = {}
    for name in ("Plan", "Promise", "Insolvent", "Cant", "Vulnerable"):
        customer = make.customer(business, name, approach={"Cant": "CANT", "Vulnerable": "WONT"}.get(name, ""))
        rows[name] = make.invoice(customer, issued="2026-04-01", due="2026-05-31", total="500")
    make.plan(rows["Plan"].customer, {rows["Plan"]: "500"}, {"2026-07-10": "500"}, offered="2026-06-29")
    promise = {"currency": "USD", "amount": Decimal(500), "made_on": day("2026-06-29"), "due_on": day("2026-07-03")}
    make_promise(customer=rows["Promise"].customer, **promise)
    set_flags(customer=rows["Insolvent"].customer, values={"insolvent": True}, actor=owner)
    set_flags(customer=rows["Vulnerable"].customer, values={"vulnerable": True}, actor=owner)
    with django_assert_max_num_queries(15):
        found = {one.debt.customer_id: one.lane for one in lanes(business, AS_OF)}
    assert {name: found[row.customer_id] for name, row in rows.items()} == {
        "Plan": Lane.PLANS,
        "Promise": Lane.ADMIN,
        "Insolvent": Lane.HARD,
        "Cant": Lane.PLANS,
        "Vulnerable": Lane.ADMIN,
    }


def test_currencies_have_lanes_of_their_own(business, acme):
    for currency in ("EUR", "USD"):
        make.invoice(acme, issued="2026-04-01", due="2026-05-31", currency=currency)
    assert [one.debt.currency for one in lanes(business, AS_OF, "EUR")] == ["EUR"]
    assert section(business, AS_OF)["EUR"]["lanes"]["admin"] == {"amount": "1000.00", "count": 1}
