"""What stands against ringing a number, beside hours and how often: the flags of domain.md 7.4."""

import datetime

import pytest

from arcollect.dates import Calendar
from customers.models.customer import ContactRole
from reminders.call_check import is_service, numbers_of
from tests import make
from tests.make import day

# Ten in the morning in San Francisco, a Friday.
NOON = datetime.datetime(2026, 3, 20, 17, 0, tzinfo=datetime.UTC)


def codes(customer, task=None) -> list[list[str]]:
    return [[one.code for one in number.findings] for number in numbers_of(customer, task, Calendar(), NOON)]


@pytest.fixture
def ringing(acme):
    make.contact(acme, phone="+14155550123")
    return acme


def test_nothing_stands_against_a_plain_call(ringing):
    assert codes(ringing) == [[]]
    assert f"{numbers_of(ringing, None, Calendar(), NOON)[0].there:%H:%M}" == "10:00"


@pytest.mark.proves("T23")
@pytest.mark.parametrize(
    ("flags", "code"),
    [
        ({"cease_contact": True}, "CEASE"),
        ({"insolvent": True}, "INSOLVENT"),
        ({"deceased": True}, "DECEASED"),
        ({"moratorium_until": day("2026-03-20")}, "MORATORIUM"),
        ({"represented_by": "Lee & Partners"}, "REPRESENTED"),
        ({"vulnerable": True}, "VULNERABLE"),
        ({"no_reminders": True}, "NO_REMINDERS"),
        ({"no_reminders_until": day("2026-03-25")}, "NO_REMINDERS"),
    ],
)
def test_every_flag_speaks_before_somebody_dials(ringing, flags, code):
    for name, value in flags.items():
        setattr(ringing, name, value)
    assert codes(ringing) == [[code]]


def test_a_moratorium_that_is_over_says_nothing(ringing):
    ringing.moratorium_until = day("2026-03-19")
    assert codes(ringing) == [[]]


def test_who_is_represented_is_spoken_to_through_the_representative(ringing):
    make.contact(ringing, phone="+14155550199", role=ContactRole.REPRESENTATIVE)
    ringing.represented_by = "Lee & Partners"
    assert sorted(codes(ringing)) == [[], ["REPRESENTED"]]


@pytest.mark.parametrize(
    ("kind", "subject", "service"),
    [
        ("courtesy_call", "USD", True),
        ("callback", "dispute:7", True),
        ("callback", "conversation:7", False),
        ("call_60", "USD", False),
    ],
)
def test_a_callback_is_a_service_only_where_it_answers_something(acme, kind, subject, service):
    assert is_service(make.task(acme, kind=kind, subject=subject)) is service
