"""The settings page of segments: what an owner sets is kept, as little as differs, and named in the log (domain.md 5)."""

import pytest
from django.urls import reverse

from arcollect.defaults import DEFAULTS
from customers.models import Event
from reminders.forms.segments import PATHS, SegmentsForm
from tests import make


@pytest.fixture
def address(business) -> str:
    return reverse("settings-segments", args=[business.slug])


def sent(business, **changes) -> dict[str, object]:
    """The form as the page shows it, with changes; a box that is off is not sent."""
    form = SegmentsForm(business=business, currencies=[])
    values = {name: form[name].initial for name in form.fields} | changes
    return {name: value for name, value in values.items() if value is not None and value is not False}


def test_what_is_set_is_kept_and_logged(business, owner, client_of, address):
    changes = {"stretcher_share": 70, "prompt_notice": 5, "prompt_call_USD": "5000", "worse_signs": 4}
    answer = client_of(owner).post(address, sent(business, **changes))
    assert answer.status_code == 302
    business.refresh_from_db()
    assert business.settings == {
        "segments": {"stretcher": {"share": "0.70"}, "prompt_notice_days": 5, "prompt_call_from": {"USD": "5000.00"}},
        "deterioration": {"signs": 4},
    }
    assert set(Event.objects.get(kind="business.rules_changed").data["changes"]) == {"segments", "deterioration"}


def test_what_equals_the_default_is_not_kept(business, owner, client_of, address):
    client = client_of(owner)
    client.post(address, sent(business, stretcher_calls=False, act=False))
    business.refresh_from_db()
    assert business.settings["segments"] == {"act": False, "stretcher_calls": False}
    client.post(address, sent(business, stretcher_calls="on", act="on"))
    business.refresh_from_db()
    assert business.rules == DEFAULTS


def test_the_page_says_what_each_segment_changes(business, owner, client_of, address):
    page = client_of(owner).get(address).content.decode()
    for words in ("Stretches the terms", "Have the payment run confirmed", "Getting into trouble", "in writing within 7 days"):
        assert words in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"disputer_tactical": 60}, "Less than where it is our own mistake."),
        ({"stretcher_least": 31}, "Not less than with short terms."),
        ({"new_settled": 0}, "greater than or equal to 1"),
    ],
)
def test_what_makes_no_sense_is_refused(business, owner, client_of, address, changes, words):
    answer = client_of(owner).post(address, sent(business, **changes))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    business.refresh_from_db()
    assert business.settings == {}


def test_a_bookkeeper_does_not_get_in(business, bookkeeper, client_of, address):
    assert client_of(bookkeeper).get(address).status_code in (403, 404)


def test_a_sum_is_asked_for_in_every_currency_in_use(business, owner, client_of, address):
    make.invoice(make.customer(business), currency="EUR")
    assert "prompt_call_EUR" in client_of(owner).get(address).content.decode()


def test_every_field_stands_in_the_defaults():
    for path in PATHS.values():
        rules = DEFAULTS
        for step in path:
            assert step in rules, path
            rules = rules[step]
