"""What people say about how a customer pays: overrides, alarms seen, answers to advice about credit."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from customers.models import Customer, Event
from invoices.models import CreditAdvice, CustomerScore
from invoices.overruling import (
    OverruleError,
    accept_advice,
    acknowledge,
    decline_advice,
    end_override,
    set_override,
    take_back_answer,
)
from invoices.segments import treated_as
from tests import make

pytestmark = pytest.mark.proves("P10")

TODAY = date(2026, 6, 30)
DAY = timedelta(days=1)


def override(acme: Customer, owner, **fields):
    return set_override(
        **{"customer": acme, "segment": "PROMPT", "reason": "We know them.", "on": TODAY, "actor": owner} | fields
    )


def advice(acme: Customer, kind: str = "hold", **fields) -> CreditAdvice:
    reasons = [{"code": "overdue", "days": 61}] if kind == "hold" else []
    return CreditAdvice.objects.create(
        business=acme.business, customer=acme, kind=kind, made_on=TODAY, **{"reasons": reasons} | fields
    )


def stored(acme: Customer) -> Customer:
    return Customer.objects.get(pk=acme.pk)


def test_an_override_counts_for_ninety_days_and_is_logged_without_its_words(acme, owner):
    row = override(acme, owner)
    assert row.expires_on == TODAY + 90 * DAY
    assert treated_as(acme.business, [acme.pk], TODAY + 90 * DAY)[acme.pk].segment == "PROMPT"
    assert treated_as(acme.business, [acme.pk], TODAY + 91 * DAY) == {}
    event = Event.objects.get(kind="segment.overridden")
    assert (event.data, event.actor) == ({"segment": "PROMPT", "until": "2026-09-28"}, owner)


def test_a_second_override_takes_the_place_of_the_first(acme, owner):
    first = override(acme, owner)
    override(acme, owner, segment="SLOW", on=TODAY + DAY)
    first.refresh_from_db()
    assert first.ended_on == TODAY + DAY
    assert treated_as(acme.business, [acme.pk], TODAY + DAY)[acme.pk].segment == "SLOW"


@pytest.mark.parametrize("fields", [{"reason": " "}, {"until": TODAY}, {"until": TODAY - DAY}])
def test_no_override_without_reason_or_for_a_day_that_has_passed(acme, owner, fields):
    with pytest.raises(OverruleError):
        override(acme, owner, **fields)
    assert not acme.segment_overrides.exists()


def test_an_override_is_ended_once(acme, owner):
    override(acme, owner)
    end_override(customer=acme, on=TODAY, actor=owner)
    assert treated_as(acme.business, [acme.pk], TODAY) == {}
    with pytest.raises(OverruleError):
        end_override(customer=acme, on=TODAY, actor=owner)


def alarmed(acme: Customer) -> CustomerScore:
    for place, days in enumerate((0, 2, -1, 3, 1, 1, 4, 9, 14, 20)):
        due = TODAY - (250 - 20 * place) * DAY
        row = make.invoice(acme, issued=str(due - 30 * DAY), due=str(due), total="100")
        make.payment(acme, "100", on=str(due + days * DAY), split={row: "100"})
    common = {"business": acme.business, "segment": "DETERIORATING", "rule": "DETERIORATING.A", "inputs": {"tests": ["A", "B"]}}
    return CustomerScore.objects.create(customer=acme, since=TODAY, scored_on=TODAY, **common)


def test_an_alarm_is_acknowledged_how_they_pay_now_is_what_is_usual(acme, owner):
    alarmed(acme)
    acknowledge(customer=acme, on=TODAY, actor=owner)
    score = CustomerScore.objects.get()
    assert (score.acknowledged_on, score.acknowledged_by) == (TODAY, owner)
    assert (score.baseline["n"], score.baseline["sum"]) == (6, 1 + 1 + 4 + 9 + 14 + 20)
    assert Event.objects.get(kind="score.acknowledged").data == {"tests": ["A", "B"]}


def test_without_an_alarm_there_is_nothing_to_acknowledge(acme, owner):
    with pytest.raises(OverruleError):
        acknowledge(customer=acme, on=TODAY, actor=owner)


def test_a_hold_accepted_is_set_with_its_reasons_and_taken_back_again(acme, owner):
    row = accept_advice(advice=advice(acme), on=TODAY, actor=owner)
    held = stored(acme)
    assert (held.on_hold, held.hold_reason) == (True, "An invoice nobody contests is 61 days past due.")
    assert (row.state, row.answered_by) == ("accepted", owner)
    told = Event.objects.get(kind="credit_advice.accepted")
    assert told.data == {"advice": "hold", "before": False, "after": True}
    take_back_answer(advice=row, actor=owner)
    assert (stored(acme).on_hold, stored(acme).hold_reason) == (False, "")
    assert CreditAdvice.objects.get().state == "open"


def test_a_limit_accepted_is_set_and_taken_back_again(acme, owner):
    Customer.objects.update(credit_limit=Decimal(5000))
    row = advice(acme, "limit", amount=Decimal(2650), currency="USD")
    accept_advice(advice=row, on=TODAY, actor=owner)
    assert stored(acme).credit_limit == 2650
    told = Event.objects.get(kind="credit_advice.accepted")
    assert told.data == {"advice": "limit", "before": "5000.00", "after": "2650.00"}
    take_back_answer(advice=row, actor=owner)
    assert stored(acme).credit_limit == 5000


def test_a_release_accepted_ends_the_hold_and_taken_back_it_has_its_reason_again(acme, owner):
    Customer.objects.update(on_hold=True, hold_reason="Sixty days late.")
    row = accept_advice(advice=advice(acme, "release"), on=TODAY, actor=owner)
    assert (stored(acme).on_hold, stored(acme).hold_reason) == (False, "")
    take_back_answer(advice=row, actor=owner)
    assert (stored(acme).on_hold, stored(acme).hold_reason) == (True, "Sixty days late.")


def test_a_limit_that_had_none_before_has_none_again(acme, owner):
    row = accept_advice(advice=advice(acme, "limit", amount=Decimal(0), currency="USD"), on=TODAY, actor=owner)
    assert stored(acme).credit_limit == 0
    take_back_answer(advice=row, actor=owner)
    assert stored(acme).credit_limit is None


def test_what_was_changed_since_is_not_put_back(acme, owner):
    row = accept_advice(advice=advice(acme), on=TODAY, actor=owner)
    Customer.objects.update(on_hold=False)
    with pytest.raises(OverruleError):
        take_back_answer(advice=row, actor=owner)


def test_an_answer_is_given_once(acme, owner):
    row = accept_advice(advice=advice(acme), on=TODAY, actor=owner)
    for answer in (accept_advice, decline_advice):
        with pytest.raises(OverruleError):
            answer(advice=row, on=TODAY, actor=owner)


def test_declined_it_stays_as_it_is_for_ninety_days(acme, owner):
    row = decline_advice(advice=advice(acme), on=TODAY, actor=owner, note="They told us.")
    assert (row.state, row.note, row.until, stored(acme).on_hold) == ("declined", "They told us.", TODAY + 90 * DAY, False)
    assert take_back_answer(advice=row, actor=owner).state == "open"


def test_a_hold_is_not_refused_without_a_reason(acme, owner):
    row = advice(acme)
    with pytest.raises(OverruleError):
        decline_advice(advice=row, on=TODAY, actor=owner)
    assert decline_advice(advice=advice(acme, "release"), on=TODAY, actor=owner).state == "declined"


def test_an_open_one_or_one_suggested_anew_is_not_taken_back(acme, owner):
    row = advice(acme)
    with pytest.raises(OverruleError):
        take_back_answer(advice=row, actor=owner)
    accept_advice(advice=row, on=TODAY, actor=owner)
    advice(acme)
    with pytest.raises(OverruleError):
        take_back_answer(advice=row, actor=owner)
