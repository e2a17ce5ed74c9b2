"""A line is booked as a person confirms it, and taken back with everything that followed."""

from decimal import Decimal

import pytest

from customers.models import Event, Task
from invoices.balances import BookingError
from invoices.line_booking import LineTaken, book_line, leave_line, refuse_generous
from invoices.line_unbooking import take_back_line
from invoices.matches import Match
from invoices.models import BankLine, CreditNote, Invoice, KnownPayer, Payment, Refund, RemittanceAdvice, WriteOff
from reminders.verifying import verify
from tests import make
from tests.invoices.bank import line, store
from tests.make import day

pytestmark = pytest.mark.django_db
ON = day("2026-03-12")


@pytest.fixture
def inv(acme):
    return make.invoice(acme, "INV-1", total="100")


def stored(business, amount, **fields):
    store(business, line(amount, **fields))
    return BankLine.objects.get(amount=Decimal(amount))


def matched(customer, split, **fields):
    parts = tuple((row.pk, Decimal(part)) for row, part in split.items())
    fields = {"sure": 90, "rule": "number", "reason": "It names the invoice."} | fields
    return Match(customer.pk, parts, **fields)


def book(row, match, actor):
    return book_line(line=row, match=match, actor=actor, on=ON)


def back(row, actor):
    take_back_line(line=row, actor=actor, on=ON)


def sound(business):
    return verify(business).differences == []


def test_the_money_lands_on_its_invoice_on_the_bank_s_day(business, acme, inv, bookkeeper):
    row = stored(business, "100", reference="E2E-1", payer_account="GB12 3456")
    (payment,) = book(row, matched(acme, {inv: "100"}), bookkeeper)
    inv.refresh_from_db()
    assert (inv.balance, inv.paid_on, payment.received_on) == (0, day("2026-03-10"), day("2026-03-10"))
    assert (payment.bank_line, payment.method, payment.reference) == (row, "bank", "E2E-1")
    assert (row.state, row.customer, row.settled_by, row.sure) == ("booked", acme, bookkeeper, 90)
    assert row.settled_at is not None
    told = Event.objects.get(kind="bank_line.booked")
    assert told.data["rule"] == "number" and told.data["customers"] == [acme.pk] and told.data["by_itself"] is False
    assert sound(business)


def test_what_is_over_stays_unapplied(business, acme, inv, bookkeeper):
    (payment,) = book(stored(business, "130"), matched(acme, {inv: "100"}, unapplied=Decimal(30)), bookkeeper)
    assert payment.unapplied == 30


def test_a_line_for_two_customers_is_two_payments(business, acme, inv, bookkeeper):
    birch = make.customer(business, "Birch")
    other = matched(birch, {make.invoice(birch, "INV-2", total="50"): "50"})
    payments = book(stored(business, "150"), matched(acme, {inv: "100"}, others=(other,)), bookkeeper)
    assert [(row.customer, row.amount) for row in payments] == [(acme, 100), (birch, 50)]
    assert not KnownPayer.objects.exists()
    assert sound(business)


def test_discount_and_charges_are_given_up_with_it(business, acme, inv, bookkeeper):
    given_up = ((inv.pk, Decimal(2), "discount"), (inv.pk, Decimal(3), "charges"))
    row = stored(business, "95")
    book(row, matched(acme, {inv: "95"}, write_offs=given_up), bookkeeper)
    inv.refresh_from_db()
    assert (inv.balance, inv.paid_on) == (0, day("2026-03-10"))
    assert [(one.kind, one.amount, one.by) for one in WriteOff.objects.all()] == [
        ("discount", 2, bookkeeper),
        ("charges", 3, bookkeeper),
    ]
    back(row, bookkeeper)
    inv.refresh_from_db()
    assert (inv.balance, inv.cycle, inv.paid_on, WriteOff.objects.count()) == (100, 1, None, 0)
    assert sound(business)


@pytest.mark.parametrize(("amount", "kind"), [("4", "discount"), ("26", "charges"), ("1.01", "small")])
def test_only_an_owner_gives_up_more(business, acme, inv, bookkeeper, owner, amount, kind):
    rest = Decimal(100) - Decimal(amount)
    row = stored(business, str(rest))
    match = matched(acme, {inv: rest}, write_offs=((inv.pk, Decimal(amount), kind),))
    with pytest.raises(BookingError, match="only an owner can"):
        book(row, match, bookkeeper)
    assert not Payment.objects.exists()
    book(row, match, owner)
    inv.refresh_from_db()
    assert inv.balance == 0


def test_a_discount_agreed_with_the_customer_may_be_taken(business, acme, inv, bookkeeper):
    acme.discount_pct = 5
    acme.save()
    match = matched(acme, {inv: "95"}, write_offs=((inv.pk, Decimal(5), "discount"),))
    book(stored(business, "95"), match, bookkeeper)
    assert WriteOff.objects.get().amount == 5


@pytest.mark.parametrize(
    ("first", "then", "kind"), [("2", "1.50", "discount"), ("20", "6", "charges"), ("0.60", "0.41", "small")]
)
def test_what_was_given_up_of_it_before_counts(business, acme, inv, bookkeeper, owner, first, then, kind):
    """Limits are of an invoice, not of a payment: else it would melt away in small parts."""
    book(stored(business, "30"), matched(acme, {inv: "30"}, write_offs=((inv.pk, Decimal(first), kind),)), bookkeeper)
    row = stored(business, "40")
    match = matched(acme, {inv: "40"}, write_offs=((inv.pk, Decimal(then), kind),))
    with pytest.raises(BookingError, match="only an owner can"):
        book(row, match, bookkeeper)
    book(row, match, owner)


def test_lines_booked_at_once_share_the_limit(business, acme, inv):
    rows = [stored(business, amount) for amount in ("30", "40")]
    pairs = [(row, matched(acme, {inv: row.amount}, write_offs=((inv.pk, Decimal(15), "charges"),))) for row in rows]
    refuse_generous(pairs[:1], None)
    with pytest.raises(BookingError, match=r"30\.00 of invoice INV-1"):
        refuse_generous(pairs, None)


def test_a_bad_debt_cannot_be_hidden_in_it(business, acme, inv, owner):
    match = matched(acme, {inv: "10"}, write_offs=((inv.pk, Decimal(90), "bad_debt"),))
    with pytest.raises(BookingError, match="Only a discount"):
        book(stored(business, "10"), match, owner)


def test_a_credit_note_the_payer_took_off_is_used_up(business, acme, inv, bookkeeper):
    note = make.credit_note(acme, "20", on="2026-02-20")
    row = stored(business, "80")
    book(row, matched(acme, {inv: "80"}, credits=((note.pk, inv.pk, Decimal(20)),)), bookkeeper)
    inv.refresh_from_db()
    note.refresh_from_db()
    assert (inv.balance, note.allocated) == (0, 20)
    back(row, bookkeeper)
    inv.refresh_from_db()
    assert (inv.balance, inv.cycle, CreditNote.objects.get().allocated) == (100, 1, 0)
    assert sound(business)


def test_an_advice_is_used_up_and_waits_again(business, acme, inv, bookkeeper):
    advice = RemittanceAdvice.objects.create(business=business, customer=acme, currency="USD", total=100)
    row = stored(business, "100")
    book(row, matched(acme, {inv: "100"}, advice_id=advice.pk), bookkeeper)
    advice.refresh_from_db()
    assert advice.line == row
    back(row, bookkeeper)
    advice.refresh_from_db()
    assert advice.line is None


def test_who_paid_for_whom_is_learned_and_forgotten(business, acme, bookkeeper):
    rows = [stored(business, amount, payer="Holding AG", payer_account="GB12 3456") for amount in ("10", "11")]
    for row in rows:
        book(row, matched(acme, {make.invoice(acme, total="100"): row.amount}), bookkeeper)
    known = {(row.kind, row.key, row.customer): row.times for row in KnownPayer.objects.all()}
    assert known == {("account", "GB123456", acme): 2, ("name", "HOLDING", acme): 2}
    back(rows[0], bookkeeper)
    assert set(KnownPayer.objects.values_list("times", flat=True)) == {1}
    back(rows[1], bookkeeper)
    assert not KnownPayer.objects.exists()


def test_taken_back_it_is_as_if_it_had_never_been_booked(business, acme, inv, bookkeeper):
    row = stored(business, "100")
    BankLine.objects.update(suggestions=[matched(acme, {inv: "100"}, sure=97).as_json()])
    book(row, matched(acme, {inv: "90"}, unapplied=Decimal(10)), bookkeeper)
    back(row, bookkeeper)
    inv.refresh_from_db()
    assert (inv.balance, inv.paid_on, inv.cycle, Payment.objects.count()) == (100, None, 1, 0)
    assert (row.state, row.customer, row.reason, row.sure) == ("open", acme, "It names the invoice.", 90)
    assert Event.objects.filter(kind="bank_line.taken_back", actor=bookkeeper).exists()
    book(row, Match.from_json(row.suggestions[0]), bookkeeper)
    inv.refresh_from_db()
    assert inv.balance == 0


def test_tasks_its_money_closed_are_to_be_done_again(business, acme, bookkeeper):
    invoice = make.invoice(acme, "INV-3", total="200")
    plan = make.plan(acme, {invoice: "200"}, {"2026-03-10": "100", "2026-04-10": "100"}, signed="2026-03-01")
    first = plan.instalments.first()
    task = make.task(acme, subject=f"instalment:{first.pk}")
    row = stored(business, "100")
    book(row, matched(acme, {invoice: "100"}, plan_id=plan.pk), bookkeeper)
    first.refresh_from_db()
    task.refresh_from_db()
    assert (first.state, task.state) == ("paid", "done")
    back(row, bookkeeper)
    first.refresh_from_db()
    assert first.paid == 0
    assert Task.objects.get(pk=task.pk).state == "open"


def test_two_people_confirm_one_line(business, acme, inv, bookkeeper, owner):
    row = stored(business, "50")
    mine = BankLine.objects.get()
    book(row, matched(acme, {inv: "50"}), bookkeeper)
    with pytest.raises(LineTaken, match="Somebody else settled this line already"):
        book(mine, matched(acme, {inv: "50"}), owner)
    assert Payment.objects.count() == 1


def _short(business, acme, inv):
    return matched(acme, {inv: "99"})


def _nothing_for_one(business, acme, inv):
    return matched(acme, {inv: "100"}, others=(matched(make.customer(business, "Birch"), {}),))


def _stranger(business, acme, inv):
    elsewhere = make.customer(make.business("Elsewhere Ltd"))
    return matched(elsewhere, {}, unapplied=Decimal(100))


def _their_invoice(business, acme, inv):
    return matched(acme, {make.invoice(make.customer(business, "Birch"), total="100"): "100"})


def _given_up_for_another(business, acme, inv):
    other = make.invoice(make.customer(business, "Birch"), total="1")
    return matched(acme, {inv: "100"}, write_offs=((other.pk, Decimal(1), "small"),))


def _too_much(business, acme, inv):
    return matched(acme, {make.invoice(acme, total="60"): "100"})


def _no_credit(business, acme, inv):
    return matched(acme, {inv: "100"}, credits=((0, inv.pk, Decimal(1)),))


@pytest.mark.parametrize(
    ("make_match", "reason"),
    [
        (_short, "99.00 is split up of a line over 100.00"),
        (_nothing_for_one, "every part must be more than nothing"),
        (_stranger, "no such customer"),
        (_their_invoice, "belongs to somebody else"),
        (_given_up_for_another, "belongs to somebody else"),
        (_too_much, "60.00 is open"),
        (_no_credit, "no such credit note"),
    ],
)
def test_what_does_not_fit_books_nothing(business, acme, inv, bookkeeper, make_match, reason):
    row = stored(business, "100")
    with pytest.raises(BookingError, match=reason):
        book(row, make_match(business, acme, inv), bookkeeper)
    assert BankLine.objects.get().state == "open"
    assert not Payment.objects.exists() and Invoice.objects.get(pk=inv.pk).balance == 100


def test_money_out_is_no_payment(business, acme, bookkeeper):
    with pytest.raises(BookingError, match="went out"):
        book(stored(business, "-5"), matched(acme, {}, unapplied=Decimal(-5)), bookkeeper)


def test_what_is_not_a_customer_s_is_left_and_can_be_taken_up(business, bookkeeper):
    row = stored(business, "5")
    leave_line(line=row, actor=bookkeeper, on=ON)
    assert (row.state, row.settled_by) == ("left", bookkeeper)
    with pytest.raises(LineTaken):
        leave_line(line=row, actor=bookkeeper, on=ON)
    back(row, bookkeeper)
    assert row.state == "open"
    assert Event.objects.filter(kind="bank_line.taken_up").exists()
    with pytest.raises(BookingError, match="open already"):
        back(row, bookkeeper)


def test_money_that_was_paid_back_keeps_its_line(business, acme, bookkeeper):
    row = stored(business, "5")
    (payment,) = book(row, matched(acme, {}, unapplied=Decimal(5)), bookkeeper)
    Refund.objects.create(business=business, customer=acme, payment=payment, amount=5, currency="USD", on=ON)
    with pytest.raises(BookingError, match="was paid back on 2026-03-12"):
        back(row, bookkeeper)
