"""Less taken in full satisfaction: offered, accepted, kept, missed by a day or by a cent, revived (domain.md 6.6, P05)."""

import datetime
from decimal import Decimal

import pytest

from invoices.agreeing import AgreementError
from invoices.booking import apply_credit_note, apply_unapplied, book_payment, return_payment, unbook_many
from invoices.models import Invoice, PaymentPlan, Settlement, WriteOff
from invoices.settlement_money import settleable
from invoices.settling import (
    accept_settlement,
    cancel_settlement,
    decline_settlement,
    offer_settlement,
    settle_settlements,
    waive_miss,
)
from invoices.standing import claims
from invoices.unbooking import unbook_credits
from reminders.verifying import verify
from tests import make
from tests.make import day

pytestmark = [pytest.mark.django_db, pytest.mark.proves("P05")]

AUGUST_1 = day("2026-08-01")
NOON = datetime.datetime(2026, 8, 3, 12, tzinfo=datetime.UTC)


@pytest.fixture
def invoice(acme):
    return make.invoice(acme, "INV-7", due="2026-04-30", total="2000")


@pytest.fixture
def offer(acme, owner, invoice):
    """2000 is owed; 1800 is taken instead, accepted by 7 August, paid by the 14th."""

    def offered(amount="1800", *, accept_by="2026-08-07", pay_by="2026-08-14", on="2026-08-01", **fields):
        fields = {"reached_90": True, "actor": owner, "currency": "USD"} | fields
        terms = {"amount": Decimal(amount), "accept_by": day(accept_by), "pay_by": day(pay_by), "on": day(on)}
        return offer_settlement(customer=acme, **terms, **fields)

    return offered


@pytest.fixture
def accepted(offer):
    settlement = offer()
    accept_settlement(settlement=settlement, name="Ana López", at=NOON)
    return settlement


def now(row):
    row.refresh_from_db()
    return row


@pytest.mark.parametrize(("credited", "paid"), [("2000", "0"), ("1000", "1000")])
def test_what_we_credit_ourselves_need_not_be_paid_and_nothing_left_is_nothing_missed(
    business, acme, invoice, accepted, credited, paid
):
    note = make.credit_note(acme, credited, on="2026-08-05")
    apply_credit_note(credit_note=note, split=[(invoice.pk, Decimal(credited))], on=day("2026-08-05"))
    if Decimal(paid):
        make.payment(acme, paid, on="2026-08-10", split={invoice: paid})
    settle_settlements(business=business, today=day("2026-08-17"))
    assert (now(accepted).state, accepted.received, now(invoice).balance) == ("kept", Decimal(paid), 0)
    assert accepted.ended_on == (day("2026-08-10") if Decimal(paid) else day("2026-08-05"))
    make.payment(acme, "5", on="2026-08-18")
    assert now(accepted).state == "kept"


def test_the_credit_taken_off_again_leaves_it_to_be_paid(acme, invoice, accepted):
    note = make.credit_note(acme, "2000", on="2026-08-05")
    (row,) = apply_credit_note(credit_note=note, split=[(invoice.pk, Decimal(2000))], on=day("2026-08-05"))
    unbook_credits(business=acme.business, ids=[row.pk], on=day("2026-08-06"))
    assert (now(accepted).state, now(invoice).balance) == ("accepted", 2000)


def test_1800_on_the_day_settles_2000_with_a_credit_of_200(business, acme, invoice, accepted):
    make.payment(acme, "1800", on="2026-08-14", split={invoice: "1800"})

    assert (now(accepted).state, accepted.received, accepted.ended_on) == ("kept", 1800, day("2026-08-14"))
    assert (now(invoice).balance, invoice.paid_on) == (0, day("2026-08-14"))
    credit = WriteOff.objects.get(invoice=invoice)
    assert (credit.kind, credit.amount, credit.on) == ("settlement", 200, day("2026-08-14"))
    assert verify(business).differences == []


def test_1800_a_day_late_leaves_200_open(business, acme, invoice, accepted):
    settle_settlements(business=business, today=day("2026-08-15"))
    make.payment(acme, "1800", on="2026-08-15", split={invoice: "1800"})

    assert (now(accepted).state, accepted.received) == ("missed", 1800)
    assert now(invoice).balance == 200
    assert not WriteOff.objects.exists()


def test_one_cent_short_is_missed_and_the_money_stays_booked(business, acme, invoice, accepted):
    make.payment(acme, "1799.99", on="2026-08-14", split={invoice: "1799.99"})
    assert now(accepted).state == "accepted"

    settle_settlements(business=business, today=day("2026-08-15"))

    assert now(accepted).state == "missed"
    assert now(invoice).balance == Decimal("200.01")


def test_the_cent_counts_where_the_tolerance_lets_it(business, acme, invoice, accepted):
    business.settings = {"settlement": {"tolerance": "0.01"}}
    business.save()

    make.payment(acme, "1799.99", on="2026-08-14", split={invoice: "1799.99"})

    assert now(accepted).state == "kept"
    assert now(invoice).balance == 0


def test_parts_add_up(acme, invoice, accepted):
    make.payment(acme, "800", on="2026-08-05", split={invoice: "800"})
    make.payment(acme, "1000", on="2026-08-10", split={invoice: "1000"})

    assert (now(accepted).state, accepted.ended_on) == ("kept", day("2026-08-10"))


def test_who_pays_an_offer_by_the_day_to_accept_it_has_accepted_it(acme, invoice, offer):
    settlement = offer()

    make.payment(acme, "1800", on="2026-08-07", split={invoice: "1800"})

    assert now(settlement).state == "kept"


def test_money_from_before_the_offer_is_not_for_it(acme, invoice, offer):
    make.payment(acme, "300", on="2026-07-20", split={invoice: "300"})
    settlement = offer("1500")

    make.payment(acme, "1400", on="2026-08-02", split={invoice: "1400"})

    assert settlement.total == 1700
    assert (now(settlement).state, settlement.received) == ("offered", 1400)


def test_money_in_time_that_was_entered_late_keeps_it_after_all(business, acme, invoice, accepted):
    settle_settlements(business=business, today=day("2026-08-15"))
    assert now(accepted).state == "missed"

    make.payment(acme, "1800", on="2026-08-13", split={invoice: "1800"})

    assert (now(accepted).state, now(invoice).balance) == ("kept", 0)


def test_money_that_waits_to_be_matched_may_be_it(business, acme, invoice, accepted):
    payment = make.payment(acme, "1800", on="2026-08-13")
    settle_settlements(business=business, today=day("2026-08-15"))
    assert now(accepted).state == "accepted"

    apply_unapplied(payment=payment, split=[(invoice.pk, Decimal(1800))], on=day("2026-08-17"))

    assert now(accepted).state == "kept"


def test_a_returned_payment_revives_all_of_it(business, acme, invoice, accepted):
    payment = make.payment(acme, "1800", on="2026-08-14", split={invoice: "1800"})

    return_payment(payment=payment, on=day("2026-08-18"))
    settle_settlements(business=business, today=day("2026-08-19"))

    assert (now(accepted).state, accepted.received) == ("missed", 0)
    assert (now(invoice).balance, invoice.paid_on, invoice.cycle) == (2000, None, 2)
    assert WriteOff.objects.get().reversed_on == day("2026-08-18")
    assert verify(business).differences == []


def test_an_import_undone_leaves_no_credit_behind(business, acme, invoice, accepted):
    payment = make.payment(acme, "1800", on="2026-08-14", split={invoice: "1800"})

    unbook_many(business=business, payments=[payment])

    assert (now(accepted).state, now(invoice).balance) == ("accepted", 2000)
    assert verify(business).differences == []


def test_a_payment_taken_out_begins_no_new_cycle_of_what_was_credited_whole(business, acme, invoice, offer):
    other = make.invoice(acme, "INV-8", due="2026-04-01", total="200")
    accept_settlement(settlement=offer("2000"), name="Ana López", at=NOON)
    payment = make.payment(acme, "2000", on="2026-08-14", split={invoice: "2000"})
    assert now(other).balance == 0

    unbook_many(business=business, payments=[payment])

    assert (now(other).balance, other.cycle, now(invoice).cycle) == (200, 1, 1)
    assert not WriteOff.objects.exists()
    assert verify(business).differences == []


def test_the_owner_lets_a_late_payment_count(business, acme, owner, invoice, accepted):
    settle_settlements(business=business, today=day("2026-08-15"))
    make.payment(acme, "1800", on="2026-08-15", split={invoice: "1800"})

    waive_miss(settlement=accepted, on=day("2026-08-17"), actor=owner)

    assert (accepted.state, accepted.waived) == ("kept", True)
    assert now(invoice).balance == 0
    assert acme.events.filter(kind="settlement.waived", actor=owner).exists()


def test_too_little_cannot_be_let_count(business, acme, owner, invoice, accepted):
    make.payment(acme, "900", on="2026-08-10", split={invoice: "900"})
    settle_settlements(business=business, today=day("2026-08-15"))

    with pytest.raises(AgreementError, match="Too little came in"):
        waive_miss(settlement=accepted, on=day("2026-08-17"), actor=owner)


def test_an_offer_nobody_took_ends_with_a_decision_for_the_owner(business, acme, invoice, offer):
    settlement = offer()
    settle_settlements(business=business, today=day("2026-08-07"))
    assert now(settlement).state == "offered"

    settle_settlements(business=business, today=day("2026-08-08"))

    assert now(settlement).state == "expired"
    task = acme.tasks.get(kind="decide")
    assert (task.role, task.subject, task.amount) == ("owner", f"settlement:{settlement.pk}", 2000)


def test_declined_it_is_the_owners_to_decide(acme, offer):
    settlement = offer()

    decline_settlement(settlement=settlement, at=NOON)

    assert settlement.state == "declined"
    assert acme.tasks.filter(kind="decide", role="owner").exists()


def test_the_owner_takes_an_offer_back_but_not_an_agreement(acme, owner, offer):
    settlement = offer()
    cancel_settlement(settlement=settlement, on=AUGUST_1, actor=owner)
    assert settlement.state == "cancelled"

    again = offer()
    accept_settlement(settlement=again, name="Ana López", at=NOON)
    with pytest.raises(AgreementError, match="nobody accepted"):
        cancel_settlement(settlement=again, on=AUGUST_1, actor=owner)


def test_a_bookkeeper_gives_nothing_away(business, offer):
    with pytest.raises(AgreementError, match="Only an owner"):
        offer(actor=make.member(business))


def test_nothing_is_given_away_before_step_90(offer):
    with pytest.raises(AgreementError, match="90-day step"):
        offer(reached_90=False)


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"amount": "1399.99"}, r"no less than \$1,400.00 of \$2,000.00"),
        ({"amount": "2000"}, "no less than is owed"),
        ({"amount": "1800.001"}, "no such fractions"),
        ({"accept_by": "2026-07-31"}, "has passed"),
        ({"pay_by": "2026-08-06"}, "before it is accepted"),
    ],
)
def test_refused(offer, terms, why):
    with pytest.raises(AgreementError, match=why):
        offer(**terms)
    assert not Settlement.objects.exists()


def test_the_floor_is_the_owners_setting(business, acme, offer):
    business.settings = {"settlement": {"floor_pct": "0.50"}}
    business.save()
    acme.refresh_from_db()

    assert offer("1000").amount == 1000


def test_one_at_a_time(offer):
    offer()
    with pytest.raises(AgreementError, match="on offer or accepted already"):
        offer()


def test_not_beside_a_payment_plan(business, acme, offer):
    PaymentPlan.objects.create(business=business, customer=acme, currency="USD", total=500, state="active")
    with pytest.raises(AgreementError, match="payment plan"):
        offer()


def test_not_accepted_after_its_day(offer):
    settlement = offer()
    with pytest.raises(AgreementError, match="not on offer"):
        accept_settlement(settlement=settlement, name="Ana", at=NOON + datetime.timedelta(days=5))
    with pytest.raises(AgreementError, match="who accepts"):
        accept_settlement(settlement=settlement, name=" ", at=NOON)


def test_what_is_disputed_or_not_due_is_no_part_of_it(business, acme, invoice):
    acme.disputes.create(business=business, invoice=invoice, code="PRICE", amount=300, opened_on=AUGUST_1)
    make.invoice(acme, "INV-9", due="2026-08-20")

    assert settleable(acme.pk, "USD", AUGUST_1) == [(invoice.pk, 1700)]


def test_only_the_invoices_named_are_settled(acme, invoice, offer):
    other = make.invoice(acme, "INV-8", due="2026-04-01", total="500")
    settlement = offer(only=[invoice.pk])

    assert settlement.total == 2000
    make.payment(acme, "1800", on="2026-08-02", split={invoice: "1800"})
    assert now(settlement).state == "kept"
    assert Invoice.objects.get(pk=other.pk).balance == 500


def test_a_payment_of_just_that_sum_is_for_it(acme, invoice, offer):
    """Nobody said what it is for, and an older invoice is open that the settlement leaves out."""
    older = make.invoice(acme, "INV-8", due="2026-04-01", total="2500")
    settlement = offer(only=[invoice.pk])

    terms = {"customer": acme, "received_on": day("2026-08-03"), "currency": "USD"}
    book_payment(amount=Decimal(100), fingerprint="a", **terms)
    book_payment(amount=Decimal(1800), fingerprint="b", **terms)

    assert now(settlement).state == "kept"
    assert (now(older).balance, now(invoice).balance) == (2400, 0)


def test_it_is_not_asked_for_until_accepted_or_paid(acme, invoice, offer):
    settlement = offer()
    assert claims([acme.pk]).settling == {invoice.pk: [(day("2026-08-07"), Decimal(2000))]}

    accept_settlement(settlement=settlement, name="Ana López", at=NOON)
    assert claims([acme.pk]).settling == {invoice.pk: [(day("2026-08-14"), Decimal(2000))]}
