"""What the night stored, counted again for who changed since, is what the rows say: after everything that moves money."""

import datetime
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from arcollect.dates import Calendar
from customers.models import Event
from invoices import booking, counted
from invoices.agreeing import make_promise
from invoices.counted import changed_since_counted
from invoices.disputing import open_dispute, record_disputes, reopen_dispute, resolve_dispute
from invoices.editing import set_no_reminders
from invoices.imports.importing import undo_import
from invoices.models import AccountStanding, Dispute, Invoice, LedgerDay
from invoices.refunding import pay_back, take_back_refund
from invoices.settling import accept_settlement, offer_settlement, settle_settlements
from invoices.unbooking import reinstate_payment, unbook_credits
from invoices.views.customers import owing
from invoices.writing_off import take_back, write_off
from reminders.merging import merge, part
from reminders.nightly import release
from reminders.scoring import recount, score_night
from reminders.standing import standings
from reminders.worklist import worths
from tests import make
from tests.invoices.importing import HEAD, bring_in

ON = datetime.date(2026, 6, 30)
NOW = datetime.datetime(2026, 6, 30, 12, tzinfo=datetime.UTC)
NEW = "C9,New Ltd,N-1,2026-01-02,2026-02-01,100.00,USD,,,\n"
Act = Callable[[], object]


class Scene:
    """Two customers with invoices of every age in two currencies, money not matched, a query."""

    def __init__(self, business, owner):
        self.business, self.owner = business, owner
        self.acme, self.birch = make.customer(business, "Acme"), make.customer(business, "Birch")
        self.late = make.invoice(self.acme, "A-1", due="2026-02-14", total="1000")
        self.next = make.invoice(self.acme, "A-2", due="2026-07-14", total="300")
        self.euro = make.invoice(self.acme, "A-3", due="2026-06-14", total="80", currency="EUR")
        self.old = make.invoice(self.birch, "B-1", due="2026-05-14", total="700")
        self.cash = make.payment(self.acme, "90", on="2026-06-10", split={self.late: "40"})
        self.note = make.credit_note(self.birch, "60", on="2026-06-01")
        self.query = self.dispute(self.old, "50")

    def dispute(self, invoice, amount):
        return open_dispute(invoice=invoice, code="PRICE", amount=Decimal(amount), on=ON, calendar=Calendar())

    def settlement(self):
        """One over B-1, accepted and paid: what is left of it is given up as agreed."""
        resolve_dispute(dispute=self.query, outcome="rejected", on=ON)
        days = {"accept_by": ON, "pay_by": ON, "on": ON}
        row = offer_settlement(
            customer=self.birch, amount=Decimal(600), currency="USD", reached_90=True, actor=self.owner, **days
        )
        accept_settlement(settlement=row, name="B", at=NOW)
        make.payment(self.birch, "600", on="2026-06-30", split={self.old: "600"})
        settle_settlements(business=self.business, today=ON + datetime.timedelta(days=9))

    def promise(self):
        days = {"made_on": ON, "due_on": ON + datetime.timedelta(days=7)}
        make_promise(customer=self.birch, currency="USD", amount=Decimal(30), **days)

    def recorded(self):
        common = {"business": self.business, "customer": self.acme, "invoice": self.late, "code": "OTHER", "opened_on": ON}
        record_disputes(business=self.business, disputes=[Dispute(**common, amount=Decimal(7))])


def returned(scene):
    booking.return_payment(payment=scene.cash, on=ON)
    return lambda: reinstate_payment(payment=scene.cash, on=ON)


def credited(scene):
    rows = booking.apply_credit_note(credit_note=scene.note, split=[(scene.old.pk, Decimal(20))], on=ON)
    return lambda: unbook_credits(business=scene.business, ids=[row.pk for row in rows], on=ON)


def repaid(scene):
    row = pay_back(source=scene.cash, amount=Decimal(5), on=ON)
    return lambda: take_back_refund(row=row, on=ON)


def given_up(scene):
    row = write_off(invoice=scene.late, amount=Decimal(100), kind="bad_debt", on=ON, reason="Gone.")
    return lambda: take_back(row=row, on=ON)


def merged(scene):
    row = merge(kept=scene.acme, gone=scene.birch, on=ON, actor=scene.owner)
    return lambda: part(row=row, now=NOW, actor=scene.owner)


def closed(scene):
    resolve_dispute(dispute=scene.query, outcome="rejected", on=ON)
    return lambda: reopen_dispute(dispute=scene.query, reason="No.", on=ON, calendar=Calendar(), actor=scene.owner)


def imported(scene):
    _tally, batch = bring_in(scene.business, HEAD + NEW, today=ON)
    return lambda: undo_import(batch=batch, now=NOW)


# What is done before the accounts are stored -> what is done after it.
ACTS: dict[str, Callable[[Scene], Act]] = {
    "a payment": lambda scene: lambda: make.payment(scene.birch, "700", on="2026-06-30", split={scene.old: "700"}),
    "money not matched": lambda scene: lambda: make.payment(scene.birch, "33", on="2026-06-30", split={}, currency="EUR"),
    "money matched later": lambda scene: (
        lambda: booking.apply_unapplied(payment=scene.cash, split=[(scene.next.pk, Decimal(50))], on=ON)
    ),
    "a payment returned": lambda scene: lambda: returned(scene),
    "a payment reinstated": returned,
    "a payment unbooked": lambda scene: lambda: booking.unbook_many(business=scene.business, payments=[scene.cash]),
    "a credit note applied": lambda scene: lambda: credited(scene),
    "a credit note given back": credited,
    "a refund": lambda scene: lambda: repaid(scene),
    "a refund taken back": repaid,
    "a write-off": lambda scene: lambda: given_up(scene),
    "a write-off taken back": given_up,
    "a settlement": lambda scene: scene.settlement,
    "a query": lambda scene: lambda: scene.dispute(scene.next, "10"),
    "a query closed": lambda scene: lambda: closed(scene),
    "a query opened again": closed,
    "queries of another program": lambda scene: scene.recorded,
    "two become one": lambda scene: lambda: merged(scene),
    "parted again": merged,
    "a promise": lambda scene: lambda: scene.promise(),
    "a plan": lambda scene: lambda: make.plan(scene.birch, {scene.old: "100"}, {"2026-07-31": "100"}, signed="2026-06-30"),
    "reminders switched off": lambda scene: lambda: set_no_reminders(invoice=scene.late, stopped=True, actor=scene.owner),
    "an import": lambda scene: lambda: imported(scene),
}


@pytest.fixture
def scene(business, owner) -> Scene:
    return Scene(business, owner)


def seen(scene):
    """Where we stand, what may be asked for of whom, and what the list of customers says."""
    customers = [
        (row.name, code, row.owed, row.overdue, row.oldest)
        for code in ("USD", "EUR")
        for row in owing(scene.business, code, ON).order_by("name")
    ]
    return standings(scene.business, ON), worths(scene.business, [scene.acme.pk, scene.birch.pk], ON), customers


def live(scene):
    """The same, added up from the rows themselves; what is stored comes back afterwards."""
    through = dict(LedgerDay.objects.values_list("pk", "through"))
    LedgerDay.objects.update(through=0)
    found = seen(scene)
    for pk, value in through.items():
        LedgerDay.objects.filter(pk=pk).update(through=value)
    return found


def test_what_the_night_stored_is_what_the_rows_say(scene):
    score_night(scene.business, ON)
    assert changed_since_counted(scene.business, ON) == []
    assert seen(scene) == live(scene)
    assert all(seen(scene))


@pytest.mark.parametrize("act", ACTS)
def test_and_so_it_is_after(scene, act):
    do = ACTS[act](scene)
    score_night(scene.business, ON)
    before = seen(scene)
    do()
    assert changed_since_counted(scene.business, ON)
    after = seen(scene)
    assert after == live(scene)
    assert after != before


def test_an_import_taken_back_names_nobody_so_everything_is_added_up(scene):
    act = imported(scene)
    score_night(scene.business, ON)
    act()
    assert changed_since_counted(scene.business, ON) is None
    assert seen(scene) == live(scene)


def test_a_ledger_let_go_names_nobody_either(scene):
    Invoice.objects.filter(pk=scene.late.pk).update(entry_hold=True)
    score_night(scene.business, ON)
    release(business=scene.business, today=ON)
    assert changed_since_counted(scene.business, ON) is None
    assert seen(scene) == live(scene)


def test_no_more_is_in_dispute_than_is_open(scene):
    make.payment(scene.birch, "680", on="2026-06-30", split={scene.old: "680"})
    assert standings(scene.business, ON)[0].disputed == 20


def test_an_account_with_nothing_left_is_no_longer_stored(scene):
    score_night(scene.business, ON)
    make.payment(scene.acme, "80", on="2026-06-30", split={scene.euro: "80"}, currency="EUR")
    score_night(scene.business, ON)
    assert set(AccountStanding.objects.values_list("customer__name", "currency")) == {("Acme", "USD"), ("Birch", "USD")}


def test_what_was_stored_another_day_is_not_used(scene):
    score_night(scene.business, ON)
    tomorrow = ON + datetime.timedelta(days=15)
    assert changed_since_counted(scene.business, tomorrow) is None
    assert standings(scene.business, tomorrow)[0].overdue == 960 + 300 + 700


def test_a_night_is_not_stored_over_a_later_one(scene):
    score_night(scene.business, ON)
    assert score_night(scene.business, ON - datetime.timedelta(days=1)).failed == ["standings"]
    assert seen(scene) == live(scene)


def test_when_too_many_changed_everything_is_added_up_until_it_is_stored_anew(scene, monkeypatch):
    score_night(scene.business, ON)
    monkeypatch.setattr(counted, "CHANGED_AT_MOST", 1)
    assert not recount(scene.business, NOW)
    for customer in (scene.acme, scene.birch):
        make.payment(customer, "1", on="2026-06-30")
    assert changed_since_counted(scene.business, ON) is None
    assert seen(scene) == live(scene)
    assert recount(scene.business, NOW)
    assert changed_since_counted(scene.business, ON) == []
    assert seen(scene) == live(scene)


def test_letters_and_tasks_change_nobodys_account(scene):
    score_night(scene.business, ON)
    for kind in ("letter.sent", "task.opened", "step.fired"):
        Event.objects.create(business=scene.business, customer=scene.acme, kind=kind, subject="x")
    assert changed_since_counted(scene.business, ON) == []


@pytest.mark.proves("P09")
def test_two_hundred_customers_cost_no_query_more_than_ten(business, owner, client_of, django_assert_num_queries):
    """The whole dashboard, as the night stored it and with a payment since."""
    browser, today = client_of(owner), business.local_date(timezone.now())

    def grow(first, last):
        for number in range(first, last):
            customer = make.customer(business, f"C{number}")
            make.invoice(customer)
            make.task(customer, "call_60", currency="USD")
        score_night(business, today)
        make.payment(customer, "1", on="2026-03-01")

    grow(0, 10)
    browser.get(f"/b/{business.slug}/")
    with CaptureQueriesContext(connection) as few:
        browser.get(f"/b/{business.slug}/")
    grow(10, 200)
    with django_assert_num_queries(len(few)):
        browser.get(f"/b/{business.slug}/")
    assert changed_since_counted(business, today) is not None


def test_more_customers_changed_cost_no_more_queries(scene, django_assert_num_queries):
    score_night(scene.business, ON)
    make.payment(scene.acme, "1", on="2026-06-30")
    with CaptureQueriesContext(connection) as few:
        standings(scene.business, ON)
    for number in range(20):
        make.payment(make.customer(scene.business, f"C{number}"), "1", on="2026-06-30")
    with django_assert_num_queries(len(few)):
        standings(scene.business, ON)
    assert len(few) <= 12
