"""The customer learns at once, by e-mail, of a plan on offer and of the answer to their proposal (domain.md 6.4, 7.4 to 7.6)."""

import datetime
import re
import socket
from decimal import Decimal

import pytest
from django.core import mail

from customers.models import Event, Task
from invoices import planning
from invoices.models import PaymentPlan, PortalLink
from invoices.portal.tokens import hash_of
from reminders.timeline import of_plan
from tests import make
from tests.invoices.portal import Visitor, visitor
from tests.make import day
from tests.pages import address, read, words

pytestmark = pytest.mark.usefixtures("in_march")
TODAY = day("2026-03-20")
BEYOND = tuple((day("2026-05-01") + datetime.timedelta(days=30 * n), Decimal(50)) for n in range(20))


@pytest.fixture
def late(acme):
    return make.invoice(acme, "INV-1", due="2026-02-14", total="1000")


@pytest.fixture
def ana(acme):
    return make.contact(acme, "ana@acme.example", name="Ana López")


@pytest.fixture
def boss(client_of, owner):
    return client_of(owner)


@pytest.fixture
def theirs(acme, late, ana) -> PaymentPlan:
    """What they propose behind their letter's link, beyond the limits."""
    page = visitor(acme, late, contact=ana).confirm()
    form = {"first": "20", "first_on": "2026-03-24", "count": "2", "every": "month", "words": "Wages first", "act": "send"}
    assert page.post("portal-propose", **form).status_code == 302
    mail.outbox.clear()
    return PaymentPlan.objects.get()


def offer(browser, business, acme, late, **fields):
    form = {"choice": "half_half", "covers": [late.pk], "every": "month", "tell": "yes"} | fields
    return words(browser.post(address(business, "plan-offer", acme.pk), form, follow=True))


def link_in(text: str) -> Visitor:
    token = re.search(r"/p/(\w+)/", text)[1]
    return Visitor(PortalLink.objects.get(token_hash=hash_of(token)), token)


@pytest.mark.proves("P05", "P19")
def test_an_offer_goes_out_with_a_link_that_opens_it(books, business, acme, late, ana):
    said = offer(books, business, acme, late)
    (sent,) = mail.outbox
    plan = PaymentPlan.objects.get()
    assert "ana@acme.example was told by e-mail." in said
    assert (sent.to, sent.subject) == (["ana@acme.example"], "Message from Hollis Tools")
    assert sent.body.startswith("Hello Ana López,\n\nHere is a plan to pay in parts")
    assert "Read it and sign it until Mar 27, 2026:" in sent.body and "1000" not in sent.body
    page = link_in(sent.body)
    assert (page.link.purpose, page.link.plan, page.link.contact) == ("offer", plan, ana)
    assert "Your payment plan is ready to sign" in words(page.get())
    assert "Ana López told of it by e-mail" in [str(entry.words) for entry in of_plan(plan)]


@pytest.mark.parametrize(
    ("language", "subject", "said"),
    [
        ("de", "Nachricht von Hollis Tools", "Hier ist ein Plan, um in Teilen zu zahlen"),
        ("es", "Mensaje de Hollis Tools", "Aquí tiene un plan para pagar en partes"),
    ],
)
def test_in_the_customer_s_language(books, business, acme, late, ana, language, subject, said):
    acme.language = language
    acme.save()
    offer(books, business, acme, late)
    assert mail.outbox[0].subject == subject and said in mail.outbox[0].body


def test_it_can_be_left_out(books, business, acme, late, ana):
    assert 'name="tell" value="yes" id="tell" checked' in books.get(address(business, "plan-offer", acme.pk)).content.decode()
    offer(books, business, acme, late, tell="")
    assert mail.outbox == [] and PaymentPlan.objects.get().state == "offered"
    assert not PortalLink.objects.exists()


def test_a_preview_tells_nobody(books, business, acme, late, ana):
    offer(books, business, acme, late, preview="1")
    assert mail.outbox == []


@pytest.mark.proves("P20")
@pytest.mark.parametrize(
    ("flags", "why"),
    [
        ({"cease_contact": True}, "They asked not to be contacted"),
        ({"deceased": True}, "They have died"),
        ({"insolvent": True}, "They are insolvent"),
        ({"moratorium_until": TODAY}, "A moratorium runs"),
        ({"represented_by": "Birch & Co"}, "no e-mail address of their representative"),
    ],
)
def test_flags_stop_it_and_staff_is_told_why(books, business, acme, late, ana, flags, why):
    type(acme).objects.filter(pk=acme.pk).update(**flags)
    assert why in read(books, business, "plan-offer", acme.pk)
    said = offer(books, business, acme, late)
    assert mail.outbox == [] and not PortalLink.objects.exists()
    assert why in said and "ring them, or make a link" in said and "Make a link" in said
    assert PaymentPlan.objects.get().state == "offered"
    assert Event.objects.filter(kind="plan.untold").exists()


def test_a_moratorium_that_is_over_stops_nothing(books, business, acme, late, ana):
    type(acme).objects.filter(pk=acme.pk).update(moratorium_until=day("2026-03-19"))
    offer(books, business, acme, late)
    assert len(mail.outbox) == 1


def test_who_is_represented_is_told_through_the_representative(books, business, acme, late, ana):
    type(acme).objects.filter(pk=acme.pk).update(represented_by="Birch & Co")
    make.contact(acme, "law@birch.example", role="representative")
    offer(books, business, acme, late)
    assert [sent.to for sent in mail.outbox] == [["law@birch.example"]]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"email": ""}, "There is no e-mail address"),
        ({"bounced_on": TODAY}, "Mail to their address came back"),
        ({"email_stopped_on": TODAY}, "They asked for no more e-mails"),
    ],
)
def test_without_an_address_they_are_rung(books, business, acme, late, ana, fields, why):
    type(ana).objects.filter(pk=ana.pk).update(**fields)
    assert why in offer(books, business, acme, late)
    assert mail.outbox == []


@pytest.mark.proves("T50")
def test_a_mail_that_cannot_leave_undoes_nothing_and_its_link_opens_nothing(books, business, acme, late, ana, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.EMAIL_HOST, settings.EMAIL_PORT = closed.getsockname()
    said = offer(books, business, acme, late)
    assert "The e-mail to ana@acme.example could not be sent." in said
    assert PaymentPlan.objects.get().state == "offered"
    assert PortalLink.objects.get().revoked_at is not None
    assert not Event.objects.filter(kind="plan.told").exists()


@pytest.mark.proves("P20")
def test_accepted_they_are_told_to_sign(boss, business, theirs):
    boss.post(address(business, "plan-accept", theirs.pk), {"tell": "yes"})
    (sent,) = mail.outbox
    assert "We agree to the payments you proposed." in sent.body
    assert link_in(sent.body).link.plan == theirs


@pytest.mark.proves("P20")
def test_countered_they_are_told_of_the_other_plan(boss, business, theirs):
    boss.post(address(business, "plan-answer", theirs.pk), {"choice": "half_half", "every": "month", "tell": "yes"})
    (sent,) = mail.outbox
    assert "we have another plan for you" in sent.body
    assert link_in(sent.body).link.plan == PaymentPlan.objects.get(replaces=theirs)


@pytest.mark.proves("P20")
def test_declined_they_read_why_in_the_mail_and_on_their_page(boss, business, late, theirs):
    answer = {"words": "Twenty pounds is too little.\nPay a fifth first.", "tell": "yes"}
    boss.post(address(business, "plan-refuse", theirs.pk), answer)
    (sent,) = mail.outbox
    assert sent.subject == "Message from Hollis Tools" and "Pay a fifth first." in sent.body
    page = link_in(sent.body)
    assert (page.link.purpose, page.link.plan) == ("letter", None) and list(page.link.invoices.all()) == [late]
    for name in ("portal", "portal-plan"):
        said = words(page.get(name))
        assert "We cannot agree to the plan you proposed Twenty pounds is too little. Pay a fifth first." in said
    assert "Wages first" not in said and "Choose this" in said


def test_other_dates_for_a_running_plan(books, business, acme, late, ana):
    plan = make.plan(acme, {late: "1000"}, {"2026-03-23": "500", "2026-04-20": "500"}, signed="2026-03-20")
    form = {"choice": "own", "count": "5", "every": "week", "first_on": "2026-03-25", "tell": "yes"}
    books.post(address(business, "plan-reschedule", plan.pk), form)
    (sent,) = mail.outbox
    assert "Here are other days for what is left of your payment plan." in sent.body
    assert link_in(sent.body).link.plan == PaymentPlan.objects.get(replaces=plan)


@pytest.mark.proves("P20")
def test_what_was_written_for_us_alone_is_never_shown(boss, business, acme, late, ana, owner):
    """Why a plan of ours goes beyond the limits, and what somebody wrote to close the task by hand."""
    plan = planning.propose_plan(customer=acme, currency="USD", instalments=BEYOND, words="Please.", on=TODAY)
    task = Task.objects.get(kind="plan_counter")
    boss.post(address(business, "task-complete", task.pk), {"complete-outcome": "A hopeless case."})
    boss.post(address(business, "plan-refuse", plan.pk), {"words": "Sadly not.", "tell": "yes"})
    page = link_in(mail.outbox[-1].body)
    assert "Sadly not." in words(page.get()) and "hopeless" not in words(page.get())
    own = {"choice": "own", "count": "20", "every": "month", "first_on": "2026-04-20", "reason": "Their chairman is a friend."}
    offer(boss, business, acme, late, **own)
    for name in ("portal", "portal-plan", "portal-sign"):
        assert "chairman" not in words(page.get(name))
    assert "Sadly not." not in words(page.get())


def test_declined_without_a_word_the_page_still_says_so(boss, business, theirs):
    boss.post(address(business, "plan-refuse", theirs.pk), {"tell": "yes"})
    assert "We cannot agree to the plan you proposed Let us find one" in words(link_in(mail.outbox[0].body).get())
