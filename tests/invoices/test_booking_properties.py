"""Whatever is booked, returned, credited and written off in whatever order: stored balances are the sum of their rows."""

import datetime
from decimal import Decimal

from django.test import TestCase
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from invoices.booking import BookingError, apply_credit_note, apply_unapplied, book_payment, return_payment
from invoices.models import CreditNote, Invoice, Payment
from invoices.writing_off import write_off
from reminders.verifying import verify
from tests import make

CENTS = st.integers(min_value=1, max_value=30000).map(lambda cents: Decimal(cents) / 100)
DAYS = st.dates(datetime.date(2026, 1, 1), datetime.date(2026, 12, 31))


class Ledger(RuleBasedStateMachine):
    """Three invoices of one customer in two currencies, and everything that can happen to them."""

    @initialize(totals=st.lists(CENTS, min_size=3, max_size=3))
    def open(self, totals):
        self.business = make.business()
        self.customer = make.customer(self.business)
        for total, currency in zip(totals, ("USD", "USD", "EUR"), strict=True):
            make.invoice(self.customer, total=str(total), currency=currency)

    def refusing(self, change, **arguments) -> None:
        """A refusal is an answer too: the invariants must hold after it as well."""
        try:
            change(**arguments)
        except BookingError:
            return

    def picked(self, model, position):
        """One row of this example's own: the database keeps those of the examples before."""
        rows = list(model.objects.filter(business=self.business).order_by("pk"))
        return rows[position % len(rows)]

    def has(self, model) -> bool:
        return model.objects.filter(business=self.business).exists()

    @rule(amount=CENTS, on=DAYS, currency=st.sampled_from(["USD", "EUR"]), serial=st.uuids())
    def pay_oldest_first(self, amount, on, currency, serial):
        self.refusing(
            book_payment,
            customer=self.customer,
            received_on=on,
            amount=amount,
            currency=currency,
            fingerprint=str(serial),
        )

    @rule(amount=CENTS, part=CENTS, on=DAYS, position=st.integers(0, 2), serial=st.uuids())
    def pay_designated(self, amount, part, on, position, serial):
        self.refusing(
            book_payment,
            customer=self.customer,
            received_on=on,
            amount=amount,
            currency="USD",
            fingerprint=str(serial),
            split=[(self.picked(Invoice, position).pk, part)],
        )

    @precondition(lambda self: self.has(Payment))
    @rule(position=st.integers(0, 20), invoice=st.integers(0, 2), part=CENTS, on=DAYS)
    def apply_later(self, position, invoice, part, on):
        split = [(self.picked(Invoice, invoice).pk, part)]
        self.refusing(apply_unapplied, payment=self.picked(Payment, position), split=split, on=on)

    @precondition(lambda self: self.has(Payment))
    @rule(position=st.integers(0, 20), on=DAYS)
    def bounce(self, position, on):
        self.refusing(return_payment, payment=self.picked(Payment, position), on=on)

    @rule(total=CENTS)
    def credit(self, total):
        make.credit_note(self.customer, str(total), on="2026-02-01")

    @precondition(lambda self: self.has(CreditNote))
    @rule(position=st.integers(0, 20), invoice=st.integers(0, 2), part=CENTS, on=DAYS)
    def apply_credit(self, position, invoice, part, on):
        note = self.picked(CreditNote, position)
        split = [(self.picked(Invoice, invoice).pk, part)]
        self.refusing(apply_credit_note, credit_note=note, split=split, on=on)

    @rule(position=st.integers(0, 2), amount=CENTS, on=DAYS)
    def give_up(self, position, amount, on):
        invoice = self.picked(Invoice, position)
        self.refusing(write_off, invoice=invoice, amount=amount, kind="goodwill", on=on, reason="x")

    @invariant()
    def every_stored_figure_is_what_its_rows_say(self):
        if hasattr(self, "business"):
            assert verify(self.business).differences == []


class TestLedger(Ledger.TestCase, TestCase):
    settings = settings(max_examples=8, stateful_step_count=10, deadline=None)
