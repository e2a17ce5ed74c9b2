"""Pay in parts behind the customer's link: half and half with one touch, their own proposal, signed or declined (P03, P05)."""

from decimal import Decimal

import pytest
from django.core import mail

from customers.models import Event, Task
from invoices.models import PaymentPlan, Signature
from invoices.models.agreement import PlanState
from tests import make
from tests.invoices.portal import BANK, visitor
from tests.make import day
from tests.pages import words

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def page(acme):
    type(acme.business).objects.filter(pk=acme.business_id).update(**BANK)
    acme.refresh_from_db()
    return visitor(acme, make.invoice(acme, "INV-1", total="333.33"))


def terms_of(plan):
    return [(row.due_on, row.amount) for row in plan.instalments.all()]


def sign(page, plan, **changes):
    ticks = {f"tick_{key}": "on" for key in ("agree", "electronic", "authority", "debt")}
    said = {"name": "Ana López", "role": "Owner", "document": plan.document.sha256, **ticks, **changes}
    return page.post("portal-sign", **{key: value for key, value in said.items() if value})


@pytest.mark.proves("P03", "T29")
def test_half_and_half_comes_first_to_the_cent_with_its_odd_cent_named(page):
    said = words(page.get("portal-plan"))
    assert said.index("Half now, half in a month") < said.index("Choose this")
    assert "1. Mar 20, 2026 $166.67 2. Apr 20, 2026 $166.66 Together $333.33" in said
    assert "The first payment is $0.01 more, so that all of them come to exactly $333.33." in said


@pytest.mark.proves("P03", "P05")
def test_from_the_letter_to_the_signed_plan(page):
    assert page.get("portal-choose", "half_half").url == page.address("portal-code") + "?to=plan/half_half/"
    page.confirm()
    assert page.post("portal-choose", "half_half").url == page.address("portal-sign")
    plan = PaymentPlan.objects.get()
    assert terms_of(plan) == [(day("2026-03-20"), Decimal("166.67")), (day("2026-04-20"), Decimal("166.66"))]
    assert plan.state == PlanState.OFFERED
    form = page.get("portal-sign")
    assert plan.document.sha256 in form.content.decode()
    assert plan.terms["clauses"][0]["text"] in words(form)
    assert sign(page, plan).url == page.address("portal-done", "signed")
    signature = Signature.objects.get()
    assert (signature.name, signature.link) == ("Ana López", page.link)
    said = words(page.get("portal-done", "signed"))
    assert "Your first payment is $166.67, by Mar 20, 2026." in said
    first = words(page.get())
    assert "Your next payment $166.67 by Mar 20, 2026" in first
    assert "$0.00 of $333.33 paid" in first
    assert Event.objects.filter(kind="portal.signed").exists()


@pytest.mark.proves("T51")
def test_the_link_lives_as_long_as_the_plan_signed_through_it(page):
    page.confirm().post("portal-choose", "monthly_3")
    sign(page, PaymentPlan.objects.get())
    page.link.refresh_from_db()
    assert page.link.plan == PaymentPlan.objects.get()
    assert page.link.expires_on >= day("2026-06-19")


def test_the_signed_copy_is_there_to_download(page, django_capture_on_commit_callbacks):
    page.confirm().post("portal-choose", "half_half")
    assert page.get("portal-agreement").content.startswith(b"%PDF")
    with django_capture_on_commit_callbacks(execute=True):
        sign(page, PaymentPlan.objects.get())
    assert page.get("portal-agreement").content == bytes(Signature.objects.get().evidence.bytes)
    assert any(one.attachments for one in mail.outbox)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"role": ""}, "This field is required."),
        ({"tick_debt": ""}, "Please tick this too"),
        ({"document": "0" * 64}, "The agreement changed while you were reading it"),
    ],
)
def test_a_signature_lacking_anything_is_none_and_what_was_typed_stays(page, changes, said):
    page.confirm().post("portal-choose", "half_half")
    answer = sign(page, PaymentPlan.objects.get(), **changes)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert ("Ana López" if changes.get("name", "Ana") else "Owner") in answer.content.decode()
    assert not Signature.objects.exists()


@pytest.mark.proves("T48")
def test_without_the_code_it_can_be_read_and_not_signed(page):
    page.confirm().post("portal-choose", "half_half")
    page.browser.cookies.clear()
    assert "First we make sure that it is you." in words(page.get("portal-sign"))
    assert sign(page, PaymentPlan.objects.get()).status_code == 403
    assert not Signature.objects.exists()


@pytest.mark.proves("T48")
def test_without_the_code_nothing_is_chosen(page):
    assert page.post("portal-choose", "half_half").status_code == 403
    assert not PaymentPlan.objects.exists()


def test_declined_it_is_ended_and_they_are_rung(page):
    page.confirm().post("portal-choose", "half_half")
    assert page.post("portal-decline").url == page.address("portal-done", "declined")
    assert PaymentPlan.objects.get().state == PlanState.DECLINED
    assert Task.objects.filter(kind="callback").exists()
    assert "We call you to find something that suits you better." in words(page.get("portal-done", "declined"))


def proposal(**changes):
    return {"first": "100", "first_on": "2026-03-24", "count": "2", "every": "month", "words": "", "act": "show", **changes}


@pytest.mark.proves("P05", "T29")
def test_a_proposal_is_seen_to_the_cent_before_it_is_sent(page):
    said = words(page.confirm().post("portal-propose", **proposal()))
    assert "1. Mar 24, 2026 $100.00 2. Apr 24, 2026 $116.66 3. May 24, 2026 $116.67 Together $333.33" in said
    assert "The last payment is $0.01 more" in said
    assert "We agree to this at once" in said
    assert not PaymentPlan.objects.exists()


def test_a_proposal_that_fits_is_theirs_to_sign(page):
    assert page.confirm().post("portal-propose", **proposal(act="send")).url == page.address("portal-sign")
    plan = PaymentPlan.objects.get()
    assert (plan.state, plan.proposed_by) == (PlanState.OFFERED, "customer")


@pytest.mark.proves("P05")
def test_a_proposal_beyond_the_limits_goes_to_the_owner(page):
    page.confirm()
    assert "We have to look at this ourselves:" in words(page.post("portal-propose", **proposal(first="20")))
    answer = page.post("portal-propose", **proposal(first="20", words="Wages first", act="send"))
    assert answer.url == page.address("portal-done", "proposal")
    plan = PaymentPlan.objects.get()
    assert (plan.state, plan.proposal) == (PlanState.DRAFT, "Wages first")
    assert Task.objects.get(kind="plan_counter").role == "owner"
    assert "You get our answer by Mar 24, 2026." in words(page.get("portal-done", "proposal"))
    assert "Your proposal is with us" in words(page.get())


def test_each_day_and_amount_can_be_set_by_hand(page):
    rows = {"day_0": "2026-03-25", "part_0": "133.33", "day_1": "2026-04-25", "part_1": "200"}
    page.confirm().post("portal-propose", **proposal(act="send", **rows))
    assert terms_of(PaymentPlan.objects.get()) == [(day("2026-03-25"), Decimal("133.33")), (day("2026-04-25"), Decimal(200))]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"first": "333.33"}, "That is all of it"),
        ({"first": ""}, "This field is required."),
        ({"first_on": "2026-03-01"}, "The first day has passed."),
        ({"day_0": "2026-03-25", "part_0": "100"}, "Your payments come to $100.00; $333.33 is open."),
        ({"day_0": "2026-03-25"}, "A payment needs both a day and an amount."),
    ],
)
def test_what_does_not_add_up_is_said_and_kept(page, changes, said):
    answer = page.confirm().post("portal-propose", **proposal(**changes, words="Please"))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "Please</textarea>" in answer.content.decode()


@pytest.mark.proves("T50")
def test_a_plan_covers_the_invoices_of_the_link_alone(acme, page):
    make.invoice(acme, "INV-2", total="700")
    page.confirm().post("portal-choose", "half_half")
    assert [row.invoice.number for row in PaymentPlan.objects.get().covered.all()] == ["INV-1"]


def test_what_is_owed_cannot_be_changed(page):
    page.confirm().post("portal-choose", "half_half", total="1", amount="1")
    assert PaymentPlan.objects.get().total == Decimal("333.33")


def test_a_second_touch_makes_no_second_plan(page):
    page.confirm().post("portal-choose", "half_half")
    page.post("portal-choose", "half_half")
    assert PaymentPlan.objects.filter(state__in=[PlanState.OFFERED, PlanState.VIEWED]).count() == 1


def test_nothing_overdue_needs_no_plan(acme):
    page = visitor(acme, make.invoice(acme, "INV-3", due="2026-05-01"))
    assert "Nothing of this is overdue" in words(page.get("portal-plan"))
