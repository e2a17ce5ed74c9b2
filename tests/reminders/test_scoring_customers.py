"""The night's scores: what is written, since when, what is logged, and what is suggested to the owner (domain.md 5)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from arcollect.dates import Calendar
from customers.models import Customer, Event
from invoices.disputing import open_dispute, resolve_dispute
from invoices.models import CreditAdvice, CustomerScore
from invoices.overruling import decline_advice, set_override
from reminders import scoring_customers
from reminders.scoring_customers import score_customers
from reminders.storing_standings import store_accounts
from reminders.watching import open_advices, worrying
from tests import make

pytestmark = pytest.mark.proves("P10")

TODAY = date(2026, 6, 30)
DAY = timedelta(days=1)


def bought(of: Customer, *days_late: int, amount: str = "1000") -> None:
    """Invoices of 30 days, due every 15 days until a while ago, each paid so many days late."""
    for place, late in enumerate(reversed(days_late)):
        due = TODAY - (max(*days_late, 0) + 1 + 15 * place) * DAY
        row = make.invoice(of, issued=str(due - 30 * DAY), due=str(due), total=amount)
        make.payment(of, amount, on=str(due + late * DAY), split={row: amount})


def late(of: Customer, days: int, amount: str = "1000") -> None:
    make.invoice(of, issued=str(TODAY - (days + 30) * DAY), due=str(TODAY - days * DAY), total=amount)


def night(business, on: date = TODAY) -> int:
    """How many have a score of that day now."""
    list(score_customers(business, on))
    return CustomerScore.objects.filter(business=business, scored_on=on).count()


def changes(of: Customer) -> list[dict]:
    return list(Event.objects.filter(customer=of, kind="score.changed").order_by("id").values_list("data", flat=True))


def advices(of: Customer) -> list[tuple[str, str]]:
    return list(CreditAdvice.objects.filter(customer=of).order_by("pk").values_list("kind", "state"))


@pytest.mark.proves("P09")
def test_a_night_says_how_each_customer_pays(business, acme):
    birch = make.customer(business, "Birch")
    bought(acme, 33, 41, 38, 52, 12)
    bought(birch, -2, 0, 1, 3)
    assert night(business) == 2
    score = acme.score
    assert (score.segment, score.rule, score.since, score.scored_on) == ("STRETCHER", "STRETCHER", TODAY, TODAY)
    assert (score.inputs["settled"], score.inputs["deviation"]) == (5, "14.7")
    assert birch.score.segment == "PROMPT"


def test_since_stays_while_the_segment_does_and_only_a_change_is_logged(business, acme):
    bought(acme, 0, 0, 0)
    night(business)
    night(business, TODAY + DAY)
    score = CustomerScore.objects.get(customer=acme)
    assert (score.since, score.scored_on) == (TODAY, TODAY + DAY)
    late(acme, 15)
    night(business, TODAY + 2 * DAY)
    assert CustomerScore.objects.get(customer=acme).since == TODAY + 2 * DAY
    assert [(data["before"], data["segment"]) for data in changes(acme)] == [("", "PROMPT"), ("PROMPT", "SLOW")]


def test_another_reason_for_queries_is_told_as_what_it_is(business, acme):
    make.score(acme, "DISPUTER", sub_type="OUR_FAULT")
    for number in range(5):
        row = make.invoice(acme, issued="2026-05-01", due="2026-05-31")
        if number < 3:
            asked = open_dispute(invoice=row, code="PRICE", amount=Decimal(10), on=date(2026, 6, 10), calendar=Calendar())
            resolve_dispute(dispute=asked, on=date(2026, 6, 20), outcome="rejected", resolution="Looked at.")
    night(business)
    assert CustomerScore.objects.get(customer=acme).sub_type == "TACTICAL"
    told = Event.objects.filter(customer=acme, kind__startswith="score.").order_by("-id").values_list("kind", "data__sub_type")
    assert told[0] == ("score.queries_changed", "TACTICAL")


def test_an_earlier_day_changes_nothing_a_later_night_wrote(business, acme):
    night(business)
    bought(acme, 0, 0, 0)
    night(business, TODAY - DAY)
    assert acme.score.segment == "NEW"


def test_who_was_merged_away_is_not_scored(business, acme):
    gone = make.customer(business, "Acme again", merged_into=acme)
    assert night(business) == 1
    assert not CustomerScore.objects.filter(customer=gone).exists()


def test_other_businesses_are_left_alone(business, acme):
    other = make.customer(make.business("Elsewhere"), "Acme")
    night(business)
    assert not CustomerScore.objects.filter(customer=other).exists()


def test_queries_do_not_grow_with_customers(business, acme, django_assert_max_num_queries):
    bought(acme, 0, 0, 0)
    for number in range(20):
        late(make.customer(business, f"Birch {number}"), 90)
    with django_assert_max_num_queries(40):
        night(business)


def test_a_hold_is_suggested_never_applied_and_lapses_with_its_reason(business, acme):
    late(acme, 60)
    night(business)
    advice = open_advices(business)[0]
    assert (advice.kind, advice.reasons, Customer.objects.get(pk=acme.pk).on_hold) == (
        "hold",
        [{"code": "overdue", "days": 60}],
        False,
    )
    make.payment(acme, "1000", on="2026-06-30", split={acme.invoices.get(): "1000"})
    night(business, TODAY + DAY)
    assert (advices(acme), list(open_advices(business))) == ([("hold", "lapsed")], [])
    kinds = Event.objects.filter(customer=acme, kind__startswith="credit_advice").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["credit_advice.opened", "credit_advice.lapsed"]


def test_another_day_late_is_nothing_new_but_is_shown(business, acme):
    late(acme, 60)
    night(business)
    night(business, TODAY + DAY)
    assert open_advices(business)[0].reasons == [{"code": "overdue", "days": 61}]
    assert Event.objects.filter(kind="credit_advice.changed").count() == 0


def test_what_the_owner_declined_is_not_suggested_again_before_its_day_unless_more_comes(business, acme, owner):
    late(acme, 60)
    night(business)
    decline_advice(advice=open_advices(business)[0], on=TODAY, actor=owner, note="They told us.", until=TODAY + 10 * DAY)
    night(business, TODAY + 10 * DAY)
    assert list(open_advices(business)) == []
    acme.insolvent = True
    acme.save()
    night(business, TODAY + 10 * DAY)
    assert [reason["code"] for reason in open_advices(business)[0].reasons] == ["overdue", "legal"]


def test_declined_until_a_day_it_is_suggested_after_it(business, acme, owner):
    late(acme, 60)
    night(business)
    decline_advice(advice=open_advices(business)[0], on=TODAY, actor=owner, note="They told us.", until=TODAY + 10 * DAY)
    night(business, TODAY + 11 * DAY)
    assert len(open_advices(business)) == 1


def test_who_stretches_is_to_be_held_at_thirty_days_and_gets_a_lower_limit(business, acme):
    Customer.objects.update(credit_limit=Decimal(9000))
    bought(acme, 33, 41, 38, 52, 12)
    late(acme, 30, "2000")
    night(business)
    limit = CreditAdvice.objects.get(kind="limit")
    assert [row.kind for row in open_advices(business)] == ["hold", "limit"]
    # 7000 sold within 180 days, over the 141 days since the first invoice: 49.65 a day x 45 x 0.6.
    assert (limit.amount, limit.currency) == (Decimal(1300), "USD")


def test_a_limit_declined_is_suggested_again_once_they_pay_in_another_way(business, acme, owner):
    Customer.objects.update(credit_limit=Decimal(9000))
    bought(acme, 33, 41, 38, 52, 12)
    late(acme, 29, "2000")
    night(business)
    decline_advice(advice=CreditAdvice.objects.get(kind="limit"), on=TODAY, actor=owner)
    night(business, TODAY)
    assert not open_advices(business).filter(kind="limit").exists()
    set_override(customer=acme, segment="PROMISE_BREAKER", reason="Told us twice.", on=TODAY, actor=owner)
    night(business, TODAY)
    assert open_advices(business).get(kind="limit").amount == 0


def test_what_the_owner_set_counts_for_the_advice(business, acme, owner):
    late(acme, 30)
    set_override(customer=acme, segment="STRETCHER", reason="We know them.", on=TODAY, actor=owner)
    night(business)
    assert acme.score.segment == "NEW"
    assert [row.kind for row in open_advices(business)] == ["hold"]


def test_the_owner_sees_who_worries_with_the_sign(business, acme, owner):
    acme.insolvent = True
    acme.save()
    birch = make.customer(business, "Birch")
    night(business)
    set_override(customer=birch, segment="DETERIORATING", reason="Their yard is empty.", on=TODAY + DAY, actor=owner)
    late(acme, 3, "40")
    found = worrying(business, TODAY + DAY, 5)
    assert [(one.customer.name, one.segment, one.sign, one.by_owner) for one in found] == [
        ("Acme", "LEGAL_BLOCK", "They are insolvent.", False),
        ("Birch", "DETERIORATING", "Their yard is empty.", True),
    ]
    assert (found[0].owed, found[0].overdue) == ({"USD": Decimal(40)}, {"USD": Decimal(40)})
    assert len(worrying(business, TODAY + DAY, 1)) == 1


def test_of_alarms_of_one_day_those_about_most_money_come_first(business):
    """Money in the business's currency first, then in another; those who owe nothing last, by their names."""
    for name, amount, currency in (("Ash", "", ""), ("Birch", "30", "USD"), ("Cedar", "900", "EUR"), ("Dove", "400", "USD")):
        customer = make.customer(business, name, insolvent=True)
        if amount:
            make.invoice(customer, issued="2026-05-01", due="2026-06-01", total=amount, currency=currency)
    make.customer(business, "Aspen", insolvent=True)
    night(business)
    list(store_accounts(business, TODAY))
    assert [one.customer.name for one in worrying(business, TODAY, 9)] == ["Dove", "Birch", "Cedar", "Ash", "Aspen"]
    assert [one.customer.name for one in worrying(business, TODAY, 2)] == ["Dove", "Birch"]


def test_one_that_cannot_be_scored_keeps_no_other_back(business, acme, monkeypatch):
    """A row nobody foresaw, of the first customer of all: everybody else has a score, and the part is named as failed."""
    others = [make.customer(business, f"Customer {number}") for number in range(5)]
    Customer.objects.update(created_at=str(TODAY - 2 * DAY) + "T12:00Z")
    read = scoring_customers.known_of

    def trips(business, customers, today):
        if acme in customers:
            raise ValueError("What is this?")
        return read(business, customers, today)

    monkeypatch.setattr(scoring_customers, "known_of", trips)
    with pytest.raises(scoring_customers.NotScored, match=acme.reference):
        night(business)
    scored = CustomerScore.objects.filter(scored_on=TODAY).values_list("customer", flat=True)
    assert set(scored) == {one.pk for one in others}
    with pytest.raises(scoring_customers.NotScored):
        list(score_customers(business, TODAY, after=others[-1].pk))
