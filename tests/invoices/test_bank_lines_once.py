"""The same line is stored once, whatever files bring it; equal payments are both kept (style.md anti-pattern 6)."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from invoices.bank_lines import store_statement
from invoices.line_identity import Sieve
from invoices.models import BankAccount, BankLine, BankStatement
from invoices.statements.lines import Foot, Head
from tests import make
from tests.invoices.bank import IBAN, Told, batch, line, statement, store, warned

pytestmark = pytest.mark.django_db


def test_the_same_file_twice_changes_nothing(business):
    lines = [line("5", text="A"), line("5", text="A"), line("6", text="B")]
    store(business, *lines, number="1")
    again, of = store(business, *lines, number="1")
    assert (again.new, again.known, again.statements, again.changed_anything) == (0, 3, 0, False)
    assert warned(again) == ["Every line of this file was here already."]
    assert of.counts["unchanged"] == 3
    assert (BankLine.objects.count(), BankStatement.objects.count()) == (3, 1)


def test_equal_lines_of_one_file_are_different_payments(business):
    assert store(business, line("5"), line("5"))[0].new == 2


def test_statements_that_overlap_bring_only_what_is_new(business):
    store(business, line("1", on="2026-03-01"), line("2", on="2026-03-02"))
    stored, _of = store(business, line("2", on="2026-03-02"), line("2", on="2026-03-02"), line("3", on="2026-03-03"))
    assert (stored.new, stored.known) == (2, 1)


@pytest.mark.parametrize(
    "change",
    [{"on": "2026-03-11"}, {"payer": "Birch"}, {"text": "INV-2"}, {"reference": "E2E-2"}],
)
def test_what_differs_in_anything_is_another_line(business, change):
    same = {"on": "2026-03-10", "payer": "Acme", "text": "INV-1", "reference": "E2E-1"}
    store(business, line("5", **same))
    assert store(business, line("5", **same | change))[0].new == 1
    assert store(business, line("6", **same))[0].new == 1


def test_a_notice_and_the_statement_after_it_tell_of_one_payment(business):
    store(business, line("5", text="INV-1\nMarch", bank_reference="A1"), format="camt.054")
    store(business, line("6", text="INV-2", bank_reference="A2"), format="camt.052")
    lines = [line("5", text="INV-1 MARCH", bank_reference="B1"), line("6", text="INV-2", bank_reference="A2")]
    stored, _of = store(business, *lines, format="camt.053")
    assert (stored.new, stored.known) == (0, 2)


def test_two_notices_with_the_bank_s_own_references_are_two_payments(business):
    store(business, line("5", bank_reference="A1"), format="camt.054")
    store(business, line("5", bank_reference="A2"), format="camt.054")
    assert BankLine.objects.count() == 2
    both = [line("5", bank_reference="A2"), line("5", bank_reference="A1")]
    for format in ("camt.054", "camt.053"):
        stored, _of = store(business, *both, format=format)
        assert (stored.new, stored.known) == (0, 2)


def test_hourly_reports_that_begin_anew_tell_of_the_same_lines(business):
    head = Head("camt.052", IBAN, "USD", from_on=make.day("2026-03-10"), opening=Decimal(100))
    file = Told([head, line("5"), Foot(), head, line("5"), line("5"), Foot()], "camt.052")
    stored = store_statement(batch=batch(business), file=file)
    assert (stored.new, stored.known) == (2, 1)


def test_pages_of_one_statement_tell_of_different_lines(business):
    pages = [Head("MT940", IBAN, "USD", from_on=make.day("2026-03-10"), opening=Decimal(opening)) for opening in (100, 105)]
    file = Told([pages[0], line("5"), Foot(Decimal(105)), pages[1], line("5"), Foot(Decimal(110))], "MT940")
    assert store_statement(batch=batch(business), file=file).new == 2


def test_a_line_taken_out_leaves_room_for_its_like(business):
    store(business, line("5"), line("5"))
    BankLine.objects.order_by("pk").first().delete()
    assert store(business, line("5"), line("5"))[0].new == 1


def test_many_lines_of_one_sum_and_day_are_read_once(business, django_assert_num_queries):
    store(business, *(line("9.99", payer=f"Payer {number % 9}") for number in range(20)))
    again = batch(business)
    account, sieve = BankAccount.objects.get(), Sieve(again)
    statement = BankStatement.objects.create(business=business, account=account, batch=again, format="camt.053")
    rows = [
        BankLine(business=business, account=account, statement=statement, fingerprint="", booked_on=one.booked_on,
                 valued_on=one.valued_on, amount=one.amount, currency="USD", payer=one.payer)
        for one in (line("9.99", payer=f"Payer {number % 9}") for number in range(30))
    ]  # fmt: skip
    # Read once, stored twice.
    with django_assert_num_queries(3):
        new = []
        for some in (rows[:15], rows[15:25], rows[25:]):
            fresh = sieve.fresh(some, "camt.053")
            new += BankLine.objects.bulk_create(fresh)
    assert len(new) == 10
    assert len(set(BankLine.objects.values_list("fingerprint", flat=True))) == 30


FEW = st.lists(st.tuples(st.integers(1, 2), st.sampled_from(["A", "a ", "B"])), max_size=6)


class OnceTest(TestCase):
    """Whatever days files cover, together they bring every payment of the account once."""

    @settings(max_examples=15)
    @given(FEW, FEW, FEW)
    def test_any_files_in_any_order(self, first, second, third):
        business = make.business()
        days = {"2026-03-01": first, "2026-03-02": second, "2026-03-03": third}
        told = {on: [line(str(amount), on=on, text=text) for amount, text in lines] for on, lines in days.items()}
        for cover in (("2026-03-02",), ("2026-03-01", "2026-03-02"), ("2026-03-02", "2026-03-03"), tuple(days)):
            lines = [one for on in cover for one in told[on]]
            store_statement(batch=batch(business), file=statement(*lines))
        stored = BankLine.objects.filter(business=business).values_list("booked_on", "amount", "text")
        wanted = [(one.booked_on, one.amount, one.text.strip().lower()) for lines in told.values() for one in lines]
        assert Counter((on, amount, text.strip().lower()) for on, amount, text in stored) == Counter(wanted)
