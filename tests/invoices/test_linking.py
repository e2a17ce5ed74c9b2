"""Links: what they may show, how long they live, revoked and made anew."""

import datetime

import pytest
from django.test import Client

from customers.models import Event
from invoices.linking import LinkError, carry, expiry, issue_link, outlive, reissue_link, revoke_link
from invoices.models import Instalment, PaymentPlan, PlanInvoice, PortalLink, Settlement, SettlementInvoice
from invoices.models.portal import LinkPurpose
from invoices.portal.tokens import new_token
from tests import make
from tests.invoices.portal import visitor
from tests.make import day

pytestmark = pytest.mark.usefixtures("in_march")

TODAY = day("2026-03-20")
RULES = {"letter_days": 90, "plan_days_after_last": 30}


def link(customer, *invoices, **fields) -> PortalLink:
    terms = {"purpose": LinkPurpose.LETTER, "currency": "USD", "today": TODAY, "token": new_token()}
    return issue_link(customer=customer, invoices=[row.pk for row in invoices], **terms | fields)


def plan_over(customer, invoice, **fields) -> PaymentPlan:
    """A plan of two instalments, the last on 20 August."""
    plan = PaymentPlan.objects.create(
        business=customer.business, customer=customer, currency="USD", total=invoice.total, **{"state": "offered"} | fields
    )
    PlanInvoice.objects.create(plan=plan, invoice=invoice, amount=invoice.total)
    for position, due_on in enumerate(("2026-03-27", "2026-08-20"), start=1):
        Instalment.objects.create(plan=plan, position=position, due_on=day(due_on), amount=invoice.total / 2)
    return plan


def settlement_over(customer, invoice) -> Settlement:
    row = Settlement.objects.create(
        business=customer.business,
        customer=customer,
        currency="USD",
        total=invoice.total,
        amount=invoice.total - 100,
        offered_on=TODAY,
        accept_by=day("2026-03-27"),
        pay_by=day("2026-06-10"),
    )
    SettlementInvoice.objects.create(settlement=row, invoice=invoice, amount=invoice.total)
    return row


@pytest.mark.proves("T51")
@pytest.mark.parametrize(
    ("purpose", "accept_by", "last_day"),
    [
        (LinkPurpose.LETTER, None, "2026-06-18"),
        (LinkPurpose.LETTER, "2026-03-27", "2026-06-18"),
        (LinkPurpose.LETTER, "2026-07-01", "2026-07-01"),
        (LinkPurpose.OFFER, "2026-03-27", "2026-03-27"),
    ],
)
def test_a_letters_link_lives_90_days_an_offers_until_it_must_be_accepted(purpose, accept_by, last_day):
    plan = PaymentPlan(accept_by=day(accept_by)) if accept_by else None
    assert expiry(purpose, RULES, TODAY, plan=plan) == day(last_day)


@pytest.mark.proves("T51")
def test_a_plans_link_outlives_its_last_instalment_by_30_days(acme):
    invoice = make.invoice(acme)
    plan = plan_over(acme, invoice)
    assert link(acme, invoice, purpose=LinkPurpose.PLAN, plan=plan).expires_on == day("2026-09-19")


@pytest.mark.proves("T51")
def test_what_is_signed_or_accepted_keeps_its_links_open(acme):
    first, second = make.invoice(acme), make.invoice(acme)
    plan, settlement = plan_over(acme, first), settlement_over(acme, second)
    offered, settled = link(acme, first, purpose=LinkPurpose.OFFER, plan=plan), link(acme, second, settlement=settlement)
    outlive(plan=plan)
    outlive(settlement=settlement)
    for row, expires in ((offered, "2026-09-19"), (settled, "2026-07-10")):
        row.refresh_from_db()
        assert (row.purpose, row.expires_on) == ("plan", day(expires))
    outlive(plan=plan)
    assert Event.objects.filter(kind="portal.extended").count() == 2


def test_the_link_follows_the_plan_to_its_next_version(acme):
    invoice = make.invoice(acme)
    former = plan_over(acme, invoice, state="signed")
    row = link(acme, invoice, plan=former)
    outlive(plan=plan_over(acme, invoice, state="offered", replaces=former))
    row.refresh_from_db()
    assert row.plan.replaces == former


@pytest.mark.proves("T50")
def test_a_plan_brings_the_invoices_it_covers_and_no_more(acme):
    listed, covered, apart = make.invoice(acme, "A"), make.invoice(acme, "B"), make.invoice(acme, "C")
    row = link(acme, listed, plan=plan_over(acme, covered))
    assert set(row.invoices.all()) == {listed, covered}
    assert apart not in row.invoices.all()


@pytest.mark.proves("T50")
def test_nothing_of_another_customer_gets_on_a_link(acme, business):
    birch = make.customer(business, "Birch")
    theirs, ours = make.invoice(birch), make.invoice(acme)
    their_plan = plan_over(birch, theirs)
    with pytest.raises(LinkError):
        link(acme, ours, theirs)
    with pytest.raises(LinkError):
        link(acme, ours, contact=make.contact(birch))
    with pytest.raises(LinkError):
        link(acme, ours, plan=their_plan)
    with pytest.raises(LinkError):
        link(acme, make.invoice(acme, currency="EUR"))
    assert not PortalLink.objects.exists()
    row = link(acme, ours)
    with pytest.raises(LinkError):
        carry(link=row, plan=their_plan)


@pytest.mark.proves("T50")
def test_a_new_one_shows_the_same_and_the_old_one_dies(acme, owner):
    ours = visitor(acme, make.invoice(acme, "INV-1"))
    later = TODAY + datetime.timedelta(days=40)
    again, token = reissue_link(link=ours.link, today=later, actor=owner)
    assert ours.get().status_code == 404
    assert b"INV-1" in Client().get(f"/p/{token}/").content
    assert again.expires_on == later + datetime.timedelta(days=90)
    assert (again.contact, again.by) == (ours.link.contact, owner)


def test_revoking_twice_is_told_once(acme, owner):
    row = link(acme, make.invoice(acme))
    for _ in range(2):
        revoke_link(link=row, actor=owner)
    event = Event.objects.get(kind="portal.revoked")
    assert (event.actor, event.subject, event.data) == (owner, f"link:{row.pk}", {"link": row.pk})


def test_the_log_holds_ids_and_dates_alone(acme):
    row = link(acme, make.invoice(acme, "INV-1"), contact=make.contact(acme, name="Jane"))
    data = Event.objects.get(kind="portal.issued").data
    assert data == {
        "link": row.pk,
        "invoices": [acme.invoices.get().pk],
        "expires": "2026-06-18",
        "purpose": "letter",
        "contact": row.contact_id,
    }
