"""What is certain is booked by itself; everything else waits with what it may be for, and nothing is lost."""

from dataclasses import replace
from decimal import Decimal

import pytest

from customers.models import Event
from invoices import booking
from invoices.booking import book_many
from invoices.certain_lines import book_certain
from invoices.line_booking import book_line
from invoices.line_doubles import Doubles
from invoices.line_unbooking import take_back_line
from invoices.matches import Match
from invoices.models import BankLine, KnownPayer, Payment
from reminders.verifying import verify
from tests import make
from tests.invoices.bank import line, store
from tests.make import day

pytestmark = pytest.mark.django_db
ON = day("2026-03-12")


@pytest.fixture
def inv(acme):
    return make.invoice(acme, "INV-20260001", total="119.50")


def settle(business, *lines, **told):
    """What became of the lines of one file."""
    _stored, batch = store(business, *lines, **told)
    return book_certain(business=business, on=ON, batch=batch)


def only(**wanted):
    return BankLine.objects.get(**wanted)


def counts(settled):
    return settled.matched, settled.suggested, settled.unmatched


def test_what_names_its_invoice_to_the_cent_is_booked(business, acme, inv):
    settled = settle(business, line("119.50", text="Invoice INV-20260001"), line("7", payer="Nobody", text="rent"))
    assert counts(settled) == (1, 0, 1)
    inv.refresh_from_db()
    row = only(state="booked")
    assert (inv.balance, row.customer, row.settled_by, Payment.objects.get().bank_line) == (0, acme, None, row)
    assert row.sure >= 95 and row.reason and row.suggestions[0]["customer_id"] == acme.pk
    assert row.settled_at is not None
    assert Event.objects.get(kind="bank_line.booked").data["by_itself"] is True
    assert KnownPayer.objects.filter(customer=acme).exists()
    left = only(state="open")
    assert (left.suggestions, left.sure, left.settled_at) == ([], 0, None) and left.reason
    assert verify(business).differences == []


def test_what_is_likely_is_a_suggestion(business, acme, inv):
    assert counts(settle(business, line("50", payer="Acme"))) == (0, 1, 0)
    row = only()
    assert (row.state, row.customer) == ("open", acme) and 0 < row.sure < 95
    assert Match.from_json(row.suggestions[0]).customer_id == acme.pk


def test_the_business_may_want_to_confirm_everything(business, inv):
    business.settings = {"matching": {"book_certain": False}}
    business.save()
    assert counts(settle(business, line("119.50", text="INV-20260001"))) == (0, 1, 0)
    assert only().sure >= 95


def test_two_lines_for_one_invoice_take_it_once(business, inv):
    lines = [line("119.50", text="INV-20260001", bank_reference=name) for name in ("A", "B")]
    assert settle(business, *lines).matched == 1
    inv.refresh_from_db()
    assert inv.balance == 0


def test_the_file_s_counts_say_what_became_of_it(business, inv):
    _stored, batch = store(business, line("119.50", text="INV-20260001"), line("-5", payer="Landlord"))
    book_certain(business=business, on=ON, batch=batch)
    batch.refresh_from_db()
    assert {name: batch.counts[name] for name in ("created", "matched", "left")} == {"created": 2, "matched": 1, "left": 1}
    assert Event.objects.filter(kind="import.matched", subject=f"import:{batch.pk}").exists()


def test_a_second_run_has_nothing_left_to_book(business, inv):
    settle(business, line("119.50", text="INV-20260001"), line("7", payer="Nobody"))
    again = book_certain(business=business, on=ON)
    assert counts(again) == (0, 0, 1)
    assert Payment.objects.count() == 1


def test_an_invoice_that_comes_in_later_finds_its_money(business, acme):
    settle(business, line("119.50", text="INV-20260001"))
    make.invoice(acme, "INV-20260001", total="119.50")
    assert book_certain(business=business, on=ON).matched == 1


def test_what_a_person_took_back_is_not_booked_by_itself_again(business, inv, bookkeeper):
    settle(business, line("119.50", text="INV-20260001"))
    take_back_line(line=only(), actor=bookkeeper, on=ON)
    assert counts(book_certain(business=business, on=ON)) == (0, 1, 0)
    assert only().state == "open"


def test_the_same_money_in_another_format_waits_for_a_person(business, acme, inv):
    other = make.invoice(acme, "INV-20260002", total="119.50")
    settle(business, line("119.50", text="INV-20260001", payer="ACME"), format="MT940")
    settled = settle(business, line("119.50", text="INV-20260002 Acme Ltd", payer="Acme Ltd"), format="camt.053")
    assert counts(settled) == (0, 1, 0)
    assert "is it the same money?" in only(state="open").reason
    other.refresh_from_db()
    assert other.balance == Decimal("119.50")


def test_the_sum_of_what_came_in_parts_waits_for_a_person(business, inv):
    make.invoice(inv.customer, "INV-20260002", total="100")
    settle(business, line("60", payer="Birch", bank_reference="BATCH-17"), format="camt.054")
    settle(business, line("119.50", text="INV-20260001", payer="", bank_reference="BATCH-17"), format="camt.053")
    assert "the same reference of the bank" in only(amount=Decimal("119.50")).reason


def test_equal_lines_of_two_statements_wait_for_a_person(business, acme, inv):
    settle(business, line("119.50", text="INV-20260001", bank_reference="A1"))
    settle(business, line("119.50", text="INV-20260001", bank_reference="A2"))
    assert only(state="open").reason == "An equal line came in with another statement: was it paid twice?"


@pytest.mark.parametrize(
    ("other", "booked"),
    [
        ({"on": "2026-03-12"}, 0),
        ({"on": "2026-03-13", "payer": ""}, 0),
        ({"on": "2026-03-07", "payer": "ACME LIMI"}, 0),
        ({"on": "2026-03-05", "valued": "2026-03-09"}, 0),
        ({"on": "2026-03-14"}, 1),
        ({"on": "2026-03-12", "payer": "Birch"}, 1),
        ({"on": "2026-03-12", "amount": "119.51"}, 1),
        ({"on": "2026-03-12", "format": "camt.053"}, 1),
    ],
)
def test_another_format_may_tell_of_another_day(business, inv, other, booked):
    """The day of the booking in one, of the value in the other, or what a bank makes of a weekend."""
    first = {"amount": "119.50", "payer": "Acme Limited", "format": "MT940"} | other
    told = line(first["amount"], on=first["on"], payer=first["payer"])
    store(business, replace(told, valued_on=day(first.get("valued", first["on"]))), format=first["format"])
    settled = settle(business, line("119.50", text="INV-20260001", payer="Acme Limited"), format="camt.053")
    assert settled.matched == booked
    assert booked or f"same sum on {first['on']}" in only(text="INV-20260001").reason


def test_many_lines_of_one_sum_are_read_once(business, django_assert_num_queries):
    store(business, *(line("9.99", payer=f"Payer {number}") for number in range(40)), format="MT940")
    store(business, *(line("9.99", payer=f"PAYER {number} Ltd", text="camt") for number in range(40)), format="camt.053")
    rows = list(BankLine.objects.filter(text="camt").order_by("pk"))
    doubles = Doubles(business)
    with django_assert_num_queries(3):
        found = [doubles.among(rows[:20]), doubles.among(rows[20:])]
    assert [len(some) for some in found] == [20, 20]
    assert doubles.among([]) == {}


@pytest.mark.parametrize(("entered_on", "booked"), [("2026-03-05", 0), ("2026-03-02", 1)])
def test_what_somebody_entered_by_hand_is_not_booked_once_more(business, acme, inv, entered_on, booked):
    january = make.invoice(acme, "INV-20260000", total="119.50", due="2026-01-31")
    make.payment(acme, "119.50", on=entered_on, split={january: "119.50"})
    assert settle(business, line("119.50", text="INV-20260001")).matched == booked
    assert booked or "was entered for 2026-03-05" in only().reason


def test_where_one_cannot_be_booked_the_others_are(business, acme, inv, monkeypatch):
    """Somebody books an invoice between the reading of the ledger and the booking of the line."""
    second = make.invoice(acme, "INV-20260002", total="80")

    def overtaken(*, bookings, **rest):
        if any(pk == inv.pk for one in bookings for pk, _part in one.split):
            raise booking.BookingError("0.00 is open.")
        book_many(bookings=bookings, **rest)

    monkeypatch.setattr(booking, "book_many", overtaken)
    lines = [line("119.50", text="INV-20260001"), line("80", text="INV-20260002")]
    assert counts(settle(business, *lines)) == (1, 1, 0)
    row = only(state="open")
    assert (row.reason, row.effects, row.sure < 95) == ("0.00 is open.", {}, True)
    second.refresh_from_db()
    assert second.balance == 0


def test_it_takes_a_fixed_number_of_queries(business, acme, django_assert_max_num_queries):
    for number in range(1, 61):
        make.invoice(acme, f"INV-2026{number:04}", total=str(100 + number))
    store(business, *(line(str(100 + number), text=f"INV-2026{number:04}") for number in range(1, 61)))
    with django_assert_max_num_queries(75):
        assert book_certain(business=business, on=ON).matched == 60


def test_another_business_s_invoices_are_not_looked_at(business, inv):
    assert settle(make.business("Elsewhere Ltd"), line("119.50", text="INV-20260001")).matched == 0


def test_a_line_booked_by_hand_meanwhile_is_left_alone(business, acme, inv, bookkeeper):
    _stored, batch = store(business, line("119.50", text="INV-20260001"))
    part = Match(acme.pk, ((inv.pk, Decimal("119.50")),), 90, "hand", "By hand.")
    book_line(line=only(), match=part, actor=bookkeeper, on=ON)
    assert book_certain(business=business, on=ON, batch=batch).matched == 0
    assert only().settled_by == bookkeeper
