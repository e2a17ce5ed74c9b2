"""How a customer pays on their page, whom to watch, the stop list, and the owner's answers (domain.md 5 to 5.3)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from customers.models import Customer
from invoices.models import CreditAdvice, CustomerScore, SegmentOverride
from invoices.overruling import set_override
from tests import make
from tests.pages import address, lines, read, words

pytestmark = [pytest.mark.proves("P10"), pytest.mark.usefixtures("in_march")]

TODAY = date(2026, 3, 20)
DAY = timedelta(days=1)
NOTHING = {"weighted": {}, "tests": [], "trend": {"items": 0}, "signs": [], "promises": 0, "disputes": 0, "closed": 0}


@pytest.fixture
def browser(client_of, owner):
    return client_of(owner)


def score(of: Customer, segment: str, **inputs) -> CustomerScore:
    common = {"business": of.business, "segment": segment, "rule": segment, "since": TODAY - 5 * DAY, "scored_on": TODAY}
    return CustomerScore.objects.create(customer=of, inputs=NOTHING | inputs, **common)


def trouble(of: Customer) -> CustomerScore:
    return score(of, "DETERIORATING", tests=["C"], signs=[{"code": "returned", "on": "2026-03-10"}])


def hold(of: Customer) -> CreditAdvice:
    reasons = [{"code": "overdue", "days": 61}]
    return CreditAdvice.objects.create(business=of.business, customer=of, kind="hold", made_on=TODAY, reasons=reasons)


def limit(of: Customer) -> CreditAdvice:
    what = {"amount": Decimal(2650), "currency": "USD", "reasons": [{"code": "segment", "segment": "STRETCHER", "sub_type": ""}]}
    return CreditAdvice.objects.create(business=of.business, customer=of, kind="limit", made_on=TODAY, **what)


@pytest.mark.proves("P09")
def test_the_page_says_how_they_pay_since_when_and_why(books, business, acme):
    row = make.invoice(acme, "INV-7", due="2026-02-14", total="1000")
    make.payment(acme, "1000", on="2026-03-18", split={row: "1000"})
    credit = {"limit": "2650", "currency": "USD", "hold": [], "exposure": "0"}
    score(acme, "STRETCHER", late_much=4, settled=5, weighted={"USD": "35.2"}, credit=credit)
    page = read(books, business, "customer-detail", acme.pk)
    assert "How they pay Stretches the terms since 5 days ago" in page
    assert "They paid 4 of 5 invoices about a whole term late or more" in page
    assert "In USD they pay 35.2 days late on average" in page
    assert "INV-7 Feb 14, 2026 Mar 18, 2026 32" in page
    assert "Rule STRETCHER, looked at on Mar 20, 2026." in page
    assert "A credit limit of $2,650.00 would fit" in page


def test_why_is_acme_deteriorating(books, business, acme):
    trouble(acme)
    page = read(books, business, "customer-detail", acme.pk)
    assert "Getting into trouble" in page
    assert "A payment came back: Mar 10, 2026." in page


def test_before_the_first_night_nothing_is_known(books, business, acme):
    assert "Not known yet: the coming night looks at it." in read(books, business, "customer-detail", acme.pk)


def test_a_suggestion_stands_first_and_the_bookkeeper_only_reads_it(books, browser, business, acme):
    hold(acme)
    page = read(books, business, "customer-detail", acme.pk)
    assert "Suggested: Stop supplying on credit. An invoice nobody contests is 61 days past due. The owner decides." in page
    assert "Put on hold" in read(browser, business, "customer-detail", acme.pk)


def test_the_owner_treats_them_otherwise_until_a_day_and_ends_it(browser, business, acme):
    trouble(acme)
    form = {"segment": "PROMPT", "reason": "They moved banks.", "until": "2026-04-30"}
    answer = browser.post(address(business, "customer-segment", acme.pk), form)
    assert answer.url == address(business, "customer-detail", acme.pk)
    page = read(browser, business, "customer-detail", acme.pk)
    assert "Pays promptly until Apr 30, 2026, set by the owner They moved banks." in page
    browser.post(address(business, "customer-segment-end", acme.pk))
    assert "set by the owner" not in read(browser, business, "customer-detail", acme.pk)


@pytest.mark.parametrize("form", [{"reason": ""}, {"until": "2026-03-20"}, {"segment": "RICH"}])
def test_an_override_is_refused_with_words(browser, business, acme, form):
    sent = {"segment": "PROMPT", "reason": "They moved banks.", "until": "2026-04-30"} | form
    assert browser.post(address(business, "customer-segment", acme.pk), sent).status_code == 422
    assert not SegmentOverride.objects.exists()


def test_an_alarm_seen_no_longer_alarms(browser, business, acme):
    trouble(acme)
    browser.post(address(business, "customer-alarm-seen", acme.pk))
    acme.score.refresh_from_db()
    assert (acme.score.acknowledged_on, acme.score.segment) == (TODAY, "NEW")
    assert "An alarm was seen on Mar 20, 2026" in read(browser, business, "customer-detail", acme.pk)


def test_one_click_does_as_suggested_and_goes_back(browser, business, acme):
    there = address(business, "dashboard")
    answer = browser.post(address(business, "credit-advice-accept", hold(acme).pk), {"next": there})
    acme.refresh_from_db()
    assert (answer.url, acme.on_hold) == (there, True)


def test_the_message_takes_the_answer_back(browser, business, acme):
    row = hold(acme)
    answer = browser.post(address(business, "credit-advice-accept", row.pk), follow=True)
    undo = address(business, "credit-advice-reopen", row.pk)
    assert f'action="{undo}"' in answer.content.decode().partition('id="messages"')[2].partition("</form>")[0]
    browser.post(undo)
    row.refresh_from_db()
    acme.refresh_from_db()
    assert (row.state, acme.on_hold) == ("open", False)


def test_a_hold_is_left_only_with_a_reason(browser, business, acme):
    row = hold(acme)
    there = address(business, "credit-advice-decline", row.pk)
    assert browser.post(there, {"note": "", "until": "2026-05-01"}).status_code == 422
    browser.post(there, {"note": "Their cheque is here.", "until": "2026-05-01"})
    row.refresh_from_db()
    assert (row.state, row.until, row.note) == ("declined", date(2026, 5, 1), "Their cheque is here.")


def test_the_list_of_advice_says_why_and_takes_answers_back(browser, business, acme):
    row = limit(acme)
    assert "Acme Credit limit $2,650.00. What they buy and how they pay: Stretches the terms." in read(
        browser, business, "credit-advices"
    )
    browser.post(address(business, "credit-advice-accept", row.pk))
    assert "Take it back" in read(browser, business, "credit-advices", show="accepted")
    browser.post(address(business, "credit-advice-reopen", row.pk))
    row.refresh_from_db()
    assert row.state == "open"
    assert Customer.objects.get(pk=acme.pk).credit_limit is None


def test_whom_to_watch_with_the_sign(books, business, acme, owner):
    trouble(acme)
    make.invoice(acme, due="2026-02-14", total="300")
    birch, cedar = make.customer(business, "Birch"), make.customer(business, "Cedar")
    score(birch, "PROMPT", by_due=4, settled=4)
    score(cedar, "STRETCHER", late_much=4, settled=5)
    set_override(customer=cedar, segment="PROMPT", reason="We know them.", on=TODAY, actor=owner)
    page = read(books, business, "watch-list")
    assert "Acme Getting into trouble A payment came back: Mar 10, 2026. 5 days ago $300.00 $300.00" in page
    assert "Birch" not in page
    assert "Cedar" not in page


def test_whom_to_watch_by_segment_by_sign_and_as_a_file(books, business, acme):
    trouble(acme)
    score(make.customer(business, "Birch"), "STRETCHER", late_much=4, settled=5)
    assert "Birch" not in read(books, business, "watch-list", segment="DETERIORATING")
    assert "Birch" not in read(books, business, "watch-list", sign="returned")
    assert "Acme" not in read(books, business, "watch-list", sign="cash_flow")
    there = address(business, "watch-list")
    file = lines(books.get(there, {"format": "csv", "sort": "customer"}))
    assert file[0] == "Customer,Reference,How they pay,What raised it,Since,Late,Owed"
    assert file[1].startswith('Acme,ACME,Getting into trouble,"A payment came back: Mar 10, 2026.",2026-03-15')


def test_whom_not_to_supply_and_why(books, business, acme):
    Customer.objects.filter(pk=acme.pk).update(on_hold=True, hold_reason="Sixty days late.")
    birch, cedar, dahl = (make.customer(business, name) for name in ("Birch", "Cedar", "Dahl"))
    make.customer(business, "Elm")
    hold(birch)
    about = make.invoice(cedar, total="100")
    make.plan(cedar, {about: "100"}, {"2026-04-10": "100"}, signed="2026-03-10")
    score(dahl, "PROMISE_BREAKER", promises_bad=3)
    page = read(books, business, "watch-stops")
    assert "Acme ACME Nothing on credit Sixty days late." in page
    assert "Birch BIRCH Hold suggested An invoice nobody contests is 61 days past due." in page
    assert "Cedar CEDAR Cash with order A payment plan runs" in page
    assert "Dahl DAHL Cash with order How they pay: Breaks promises." in page
    assert "Elm" not in page
    assert [
        len(lines(books.get(address(business, "watch-stops"), {"format": "csv"} | show))) for show in ({}, {"show": "held"})
    ] == [5, 2]


def test_the_list_of_customers_by_how_they_pay(books, business, acme, owner):
    score(acme, "STRETCHER")
    birch = make.customer(business, "Birch")
    score(birch, "PROMPT")
    assert "Birch" not in read(books, business, "customer-list", pays="STRETCHER")
    set_override(customer=birch, segment="STRETCHER", reason="We know them.", on=TODAY, actor=owner)
    assert "Birch" in read(books, business, "customer-list", pays="STRETCHER")
    assert "Birch" not in read(books, business, "customer-list", pays="PROMPT")


def test_the_story_tells_what_changed(browser, business, acme):
    browser.post(address(business, "credit-advice-accept", hold(acme).pk))
    set_override(customer=acme, segment="SLOW", reason="They told us.", on=TODAY, actor=browser.get("/").wsgi_request.user)
    page = words(browser.get(address(business, "customer-timeline", acme.pk)))
    assert "Done as suggested: Stop supplying on credit" in page
    assert "Treated as “Somewhat late” until Jun 18, 2026, whatever the figures say" in page
    assert "They told us." in page
