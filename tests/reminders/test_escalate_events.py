"""What the engine reads of the world: representatives, flags, bounces, skipped steps, silence, closing days, broken batches."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection

from arcollect.guards import Guard
from customers.models import Customer, Letter, Task
from invoices.agreeing import close_promise, make_promise
from invoices.models import PaymentPlan
from invoices.models.agreement import PlanState
from invoices.offering import barred_accounts
from invoices.plan_moves import move_plan
from reminders.correspondence import facts_of
from reminders.letter_words import source
from reminders.letters import compose
from reminders.models import LastDecision, Reminder, Step, Watch
from reminders.nightly import escalate, explain
from tests import make
from tests.make import day

NOTICE_DAY = day("2026-02-16")
DAY_30 = day("2026-03-16")
DAY_60 = day("2026-04-15")


def decision(customer) -> LastDecision:
    return LastDecision.objects.get(customer=customer)


def test_who_is_represented_is_written_to_through_the_representative_only(business):
    customer = make.customer(business, represented_by="Lex & Partners", channel="post", street="Main St 1", city="Springfield")
    make.contact(customer)
    make.invoice(customer)
    escalate(business, DAY_60)
    assert decision(customer).rule == "REPRESENTED"
    lawyer = make.contact(customer, "lex@law.example", role="representative")
    Watch.objects.all().delete()
    escalate(business, DAY_60)
    letter = Letter.objects.get()
    assert (letter.contact, letter.channel) == (lawyer, "email")
    assert "representative only" in Task.objects.get(kind="call_60").reason


def test_a_letter_that_bounced_holds_the_next_step_until_it_is_mended(business, acme):
    make.invoice(acme)
    escalate(business, NOTICE_DAY)
    Reminder.objects.update(bounced_on=day("2026-02-17"))
    escalate(business, DAY_30)
    assert decision(acme).rule == "CONTACT_INVALID"
    Reminder.objects.update(bounced_on=None)
    Watch.objects.all().delete()
    assert [row["step"] for row in escalate(business, DAY_30).fired] == ["30"]


def test_a_step_left_out_by_a_person_opens_no_gap(business, acme):
    """NOTICE skipped on 9 March, a week before: the 30-day letter comes on its day and claims no earlier one."""
    make.invoice(acme)
    escalate(business, NOTICE_DAY)
    Letter.objects.update(state="cancelled")
    Reminder.objects.update(skipped_reason="They are friends.", fired_on=day("2026-03-09"))
    assert [row["step"] for row in escalate(business, DAY_30).fired] == ["30"]
    assert Letter.objects.latest("id").facts["first_contact"] is True


def test_two_steps_without_an_answer_ask_once_who_and_where_they_are(business, acme):
    make.invoice(acme)
    escalate(business, NOTICE_DAY)
    assert not Task.objects.filter(subject="no-response").exists()
    escalate(business, DAY_30)
    assert (Task.objects.get(subject="no-response").kind, business.events.filter(kind="task.opened").count()) == (
        "find_contact",
        1,
    )
    Task.objects.filter(subject="no-response").update(state="done")
    escalate(business, DAY_60)
    assert Task.objects.filter(subject="no-response").count() == 1


def test_whoever_answers_is_not_searched_for(business, acme):
    invoice = make.invoice(acme)
    escalate(business, NOTICE_DAY)
    make.payment(acme, "10", on="2026-02-20", split={invoice: "10"})
    escalate(business, DAY_30)
    assert not Task.objects.filter(subject="no-response").exists()


def test_two_broken_promises_are_told_to_whoever_calls(business, acme):
    make.invoice(acme)
    for due in ("2026-03-20", "2026-04-01"):
        promise = make_promise(customer=acme, currency="USD", amount=Decimal(100), made_on=day("2026-03-02"), due_on=day(due))
        close_promise(promise=promise, state="broken", received=Decimal(0), on=day("2026-04-07"))
    Customer.objects.update(approach="CANT")
    escalate(business, DAY_60)
    reason = Task.objects.get(kind="call_60").reason
    assert "Short of money: listen, then offer a plan." in reason and "take no further one" in reason
    facts = Letter.objects.get(code="L60").facts
    assert (facts["money_only"], facts["tone"]) == (True, "sympathetic")


@pytest.mark.proves("T11", "T25")
def test_one_notice_a_week_whatever_the_currency(business, acme):
    make.invoice(acme, due="2026-03-16")
    make.invoice(acme, due="2026-03-18", currency="EUR")
    days = [day(on) for on in ("2026-03-17", "2026-03-19", "2026-03-24")]
    assert [[row["currency"] for row in escalate(business, on).fired] for on in days] == [["USD"], [], ["EUR"]]


@pytest.mark.proves("T42")
def test_nothing_happens_while_the_owner_is_closed(business, acme):
    business.settings["closing_days"] = [{"from": "2026-03-16", "to": "2026-03-18", "name": "Moving house"}]
    business.save()
    make.invoice(acme)
    assert escalate(business, DAY_30).fired == []
    assert (decision(acme).rule, decision(acme).until) == ("NO_BUSINESS_DAY", day("2026-03-19"))
    assert not acme.calendar.is_business_day(day("2026-03-17"))


def test_a_step_with_a_channel_of_its_own_goes_that_way(business, acme):
    Step.objects.filter(code="30").update(channel="both")
    make.invoice(acme)
    escalate(business, DAY_30)
    assert Letter.objects.get().channel == "both"


def test_the_letter_shows_what_was_promised_apart(business, acme):
    make.invoice(acme)
    make_promise(customer=acme, currency="USD", amount=Decimal(400), made_on=day("2026-03-10"), due_on=day("2026-03-20"))
    escalate(business, DAY_30)
    line = Letter.objects.get().facts["lines"][0]
    assert (line["promised"], line["collectable"]) == ("400.000", "600.000")


@pytest.mark.proves("T47")
def test_a_call_that_a_later_step_replaces_leaves_its_trace(business, acme):
    make.invoice(acme)
    escalate(business, DAY_60)
    escalate(business, day("2026-05-15"))
    assert business.events.filter(kind="task.cancelled", data__task_kind="call_60").exists()


@pytest.mark.proves("T47")
def test_a_decision_keeps_its_rule_and_what_it_saw(business, acme):
    make.invoice(acme)
    escalate(business, DAY_30)
    kept = Reminder.objects.get().decision
    assert (kept["rule"], kept["facts"]["collectable"], kept["facts"]["oldest_days"]) == ("STEP_DUE", "1000.00", 30)
    escalate(business, day("2026-03-17"))
    Watch.objects.all().delete()
    escalate(business, day("2026-03-18"))
    assert (decision(acme).verdict, decision(acme).rule, decision(acme).until) == ("skip", "ASKED_ALREADY", DAY_60)


def test_the_command_explains_in_words_and_in_json(business, acme, capsys):
    make.invoice(acme, "INV-1")
    where = ["--business", business.slug, "--on", "2026-03-16", "--explain", "ACME"]
    call_command("escalate", *where)
    printed = capsys.readouterr().out
    assert "Rule STEP_DUE: The day of the step has come." in printed
    assert "INV-1            due 2026-02-14    30 days past due" in printed
    call_command("escalate", *where, "--format", "json")
    first = json.loads(capsys.readouterr().out)["decisions"][0]
    assert (first["verdict"], first["step"], first["rule"]) == ("fire", "30", "STEP_DUE")
    assert explain(business, acme, DAY_30)[0] == first


@contextmanager
def refused(table: str, when: str) -> Iterator[None]:
    """The database takes no change to these rows of a table."""
    guard = Guard("broken", table, "broken on purpose", when=when, deletes=False)
    with connection.cursor() as cursor:
        for statement in guard.statements(connection.vendor):
            cursor.execute(statement)
        yield
        connection.check_constraints()
        for statement in guard.removals(connection.vendor):
            cursor.execute(statement)


@pytest.mark.proves("T07")
def test_a_batch_that_breaks_lists_the_customer_at_fault_and_stops_nobody(business):
    """It is found by halves, the others fire; the next run, though nothing new happened, does what this one could not."""
    customers = [make.customer(business, f"C{number}") for number in range(4)]
    for customer in customers:
        make.invoice(customer)
    escalate(business, NOTICE_DAY)
    with refused("reminders_lastdecision", f"OLD.customer_id = {customers[2].pk}"):
        outcome = escalate(business, DAY_30)
    assert sorted(row["customer"] for row in outcome.fired) == ["C0", "C1", "C3"]
    assert [row["customer"] for row in outcome.failed] == ["C2"]
    assert [row["customer"] for row in escalate(business, DAY_30).fired] == ["C2"]


@pytest.mark.proves("T07", "T33")
def test_a_plan_that_cannot_be_judged_leaves_the_others_judged(business):
    plans = [
        make.plan(customer, {make.invoice(customer, due="2026-02-02"): "1000"}, {"2026-03-02": "1000"}, signed="2026-02-27")
        for customer in (make.customer(business, f"C{number}") for number in range(3))
    ]
    with refused("invoices_instalment", f"OLD.plan_id = {plans[1].pk}"):
        outcome = escalate(business, DAY_30)
    assert [row["customer"] for row in outcome.failed] == ["C1"]
    states = [PaymentPlan.objects.get(pk=plan.pk).state for plan in plans]
    assert states == [PlanState.AT_RISK, PlanState.SIGNED, PlanState.AT_RISK]


def test_after_a_plan_that_ended_unpaid_no_letter_offers_another_for_six_months(business, acme):
    invoice = make.invoice(acme, total="300")
    plan = make.plan(acme, {invoice: "300"}, {"2026-03-20": "300"}, signed="2026-03-18")
    move_plan(plan=plan, state=PlanState.DEFAULTED, on=day("2026-04-14"))
    escalate(business, DAY_60)
    letter = Letter.objects.get(code="L90")
    assert letter.facts["plan_barred"] is True
    assert "No new payment plan can be agreed" in Task.objects.get(kind="call_90").reason
    said = plain_text(letter)
    assert "2. Tell us honestly" in said and "payment plan" not in said
    del letter.facts["plan_barred"]
    assert "2. Sign a payment plan" in plain_text(letter) and "3. Tell us honestly" in plain_text(letter)
    assert barred_accounts([acme.pk], business.rules, day("2026-10-13")) == {(acme.pk, "USD")}
    assert barred_accounts([acme.pk], business.rules, day("2026-10-14")) == set()


def test_while_a_plan_runs_no_letter_offers_another_but_one_on_offer_can_be_signed(business, acme):
    planned, other = make.invoice(acme, total="300"), make.invoice(acme, total="80")
    plan = make.plan(acme, {planned: "300"}, {"2026-05-20": "300"}, offered="2026-03-18")
    assert barred_accounts([acme.pk], business.rules, DAY_60) == set()
    make.sign(plan, "2026-03-19")
    escalate(business, DAY_60)
    letter = Letter.objects.get()
    assert ([line["number"] for line in letter.facts["lines"]], letter.facts["plan_barred"]) == ([other.number], True)


def plain_text(letter) -> str:
    facts = facts_of(letter)
    return compose(facts, source(letter.code, facts.language)).plain_text
