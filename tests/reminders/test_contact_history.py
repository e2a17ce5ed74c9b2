"""What contact limits rest on, read from the rows: which rules hold for whom, and what counts as a call or a conversation."""

import datetime

import pytest

from arcollect.dates import Calendar
from customers.documents import store
from customers.models import Conversation, Letter
from customers.models.letter import LetterState
from reminders.contact_history import history_of, limits_of
from reminders.contact_limits import Talk, call_findings
from tests import make
from tests.make import day

NOON = datetime.datetime(2026, 6, 3, 12, tzinfo=datetime.UTC)
MONDAY = day("2026-06-01")


def said(customer, outcome: str = "REACHED", at: str = "2026-06-01 12:00", **fields) -> Conversation:
    moment = datetime.datetime.fromisoformat(at).replace(tzinfo=datetime.UTC)
    return Conversation.objects.create(business=customer.business, customer=customer, outcome=outcome, at=moment, **fields)


def findings(customer, at: datetime.datetime, **rules) -> list[str]:
    own = customer.business.rules
    limits = limits_of(customer, own | {"contact": own["contact"] | rules}, Calendar())
    return [one.code for one in call_findings(limits, history_of(customer, at), at)]


@pytest.fixture
def ann(business):
    return make.customer(business, "Ann", kind="individual", time_zone="UTC")


@pytest.mark.proves("T23")
def test_a_talk_they_began_starts_the_seven_days_and_is_no_attempt_of_ours(ann):
    """domain.md 7.2: talk Monday 1 June, next call Monday 8 June."""
    said(ann, inbound=True)
    history = history_of(ann, NOON)
    assert (history.calls, history.talks, history.contacts) == ((), (Talk(MONDAY),), ())
    assert findings(ann, NOON) == ["SPOKEN_7D"]
    assert findings(ann, NOON + datetime.timedelta(days=4, hours=11)) == ["HOURS", "SPOKEN_7D"]
    assert findings(ann, NOON + datetime.timedelta(days=5)) == []


def test_an_attempt_in_vain_is_a_call_but_reaches_nobody(ann):
    said(ann, "NO_ANSWER")
    said(ann, "VOICEMAIL", at="2026-06-02 12:00")
    said(ann, at="2026-06-02 15:00", channel="email", inbound=True)
    history = history_of(ann, NOON)
    assert (len(history.calls), history.talks, history.contacts) == (2, (), (day("2026-06-02"),))


def test_letters_count_by_the_day_they_were_sent(ann):
    sent = {"state": LetterState.SENT, "sent_on": MONDAY, "sent_at": NOON, "currency": "USD", "written_on": MONDAY}
    copy = store(business=ann.business, content=b"%PDF-1.4", content_type="application/pdf", name="L1.pdf")
    Letter.objects.create(business=ann.business, customer=ann, code="L1", document=copy, **sent)
    assert history_of(ann, NOON).contacts == (MONDAY,)


@pytest.mark.parametrize(
    ("home", "theirs", "at", "again"),
    [
        # 10:00 on Monday in Los Angeles is Tuesday in Auckland, an hour later too.
        ("Pacific/Auckland", "America/Los_Angeles", "2026-06-01 17:00", "2026-06-01 18:00"),
        ("America/Los_Angeles", "Pacific/Auckland", "2026-06-01 23:00", "2026-06-02 02:00"),
    ],
)
def test_a_second_call_within_the_hour_is_one_too_many_however_far_away_they_are(business, home, theirs, at, again):
    business.time_zone = home
    far = make.customer(business, "Far", kind="individual", time_zone=theirs)
    said(far, "NO_ANSWER", at=at)
    assert "CALLED_TODAY" in findings(far, datetime.datetime.fromisoformat(again).replace(tzinfo=datetime.UTC))


@pytest.mark.parametrize(
    ("place", "caps"), [({"country": "AU"}, (3, 10)), ({"country": "US"}, (5, 20)), ({"country": "GB"}, (5, 20))]
)
def test_australia_hears_no_more_than_its_law_lets_it_whatever_the_owner_sets(business, place, caps):
    customer = make.customer(business, "There", **place)
    rules = business.rules | {"contact": business.rules["contact"] | {"contacts_per_7d": 5, "contacts_per_30d": 20}}
    limits = limits_of(customer, rules, Calendar())
    assert (limits.contacts_per_week, limits.contacts_per_month) == caps


def test_more_conversations_a_week_are_the_owner_s_to_allow_but_not_in_america(ann):
    said(ann)
    assert findings(ann, NOON, conversations_per_7d=2) == []
    said(ann, at="2026-06-02 12:00")
    assert findings(ann, NOON, conversations_per_7d=2) == ["SPOKEN_7D"]
    ann.country = "US"
    assert limits_of(ann, ann.business.rules, Calendar()).talks_per_week == 1


def test_the_law_s_ceiling_holds_the_owner_s_own_number(ann):
    rules = ann.business.rules | {"contact": ann.business.rules["contact"] | {"attempts_per_7d": 9}}
    assert limits_of(ann, rules, Calendar()).calls_per_week == 7


@pytest.mark.parametrize(
    ("phone", "zones"),
    [("+14155550123", ("America/Los_Angeles",)), ("+61255501234", ("Australia/Sydney",)), ("+99912345", ()), ("", ())],
)
def test_the_zone_is_theirs_or_the_one_of_the_number(acme, phone, zones):
    assert limits_of(acme, acme.business.rules, Calendar(), phone=phone).zones == zones
    acme.time_zone = "Europe/Berlin"
    assert limits_of(acme, acme.business.rules, Calendar(), phone=phone).zones == ("Europe/Berlin",)


def test_a_number_of_many_zones_has_them_all(acme):
    assert len(limits_of(acme, acme.business.rules, Calendar(), phone="+18005550123").zones) > 1


def test_people_are_blocked_and_companies_warned(ann, acme):
    assert limits_of(ann, ann.business.rules, Calendar()).blocks
    assert not limits_of(acme, acme.business.rules, Calendar()).blocks
