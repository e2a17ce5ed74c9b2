"""The owner's settings of plans, settlements, the link and the last letter: ranges, and what the law narrows."""

import pytest

from customers.models import Event
from tests.pages import address, read

DEFAULT = {
    "plan-min_total": "200.00",
    "plan-min_instalment": "50.00",
    "plan-first_pct": "20",
    "plan-first_within_days": "7",
    "plan-max_instalments": "12",
    "plan-max_months": "6",
    "plan-remainder": "LAST",
    "plan-max_reschedules": "1",
    "plan-offer_accept_days": "7",
    "plan-offer_once_per_days": "90",
    "plan-counter_answer_bd": "2",
    "plan-cooldown_months_after_default": "6",
    "plan-active_from": "first_payment",
    "plan-notice_days": "3",
    "plan-grace_bd": "5",
    "plan-tolerance": "1.00",
    "plan-cure_days": "7",
    "plan-missed_to_default": "2",
    "plan-returned_to_default": "2",
    "plan-extra_reduces": "LAST",
    "plan-limitation_years": "6",
    "plan-governing_law": "",
    "settlement-floor_pct": "70",
    "settlement-accept_days": "7",
    "settlement-pay_days": "14",
    "settlement-tolerance": "0.00",
    "portal-letter_days": "90",
    "portal-plan_days_after_last": "30",
    "portal-code_minutes": "10",
    "portal-code_tries": "5",
    "portal-codes_per_hour": "5",
    "portal-acting_minutes": "30",
    "final-agency_name": "",
    "final-write_off": "on",
}


@pytest.fixture
def boss(client_of, owner):
    return client_of(owner)


def save(browser, business, **changed):
    form = DEFAULT | {name.replace("__", "-"): value for name, value in changed.items()}
    answer = browser.post(address(business, "settings-plans"), form)
    business.refresh_from_db()
    return answer


def test_only_what_differs_is_kept(boss, business):
    assert save(boss, business, plan__first_pct="25", plan__max_months="3").status_code == 302
    assert business.settings["plan"] == {"first_pct": "0.25", "max_months": 3}
    assert (business.rules["plan"]["first_pct"], business.rules["plan"]["grace_bd"]) == ("0.25", 5)
    assert Event.objects.get(kind="business.rules_changed").data["changes"].keys() == {"plan"}


def test_what_the_law_narrows_follows_its_default_like_the_rest(boss, business):
    """Of the limits for people, kept under a key of their own, what is as the defaults say is not kept either."""
    business.settings = {"plan": {"uk_individual": {"max_instalments": 12}, "us_consumer": {"max_instalments": 3}}}
    business.save()
    save(boss, business, plan__min_total="250.5")
    assert business.settings == {"plan": {"min_total": "250.50", "us_consumer": {"max_instalments": 3}}}


def test_nothing_changed_nothing_written(boss, business):
    save(boss, business)
    assert not Event.objects.filter(kind="business.rules_changed").exists()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("plan__first_pct", "95", "less than or equal to 90"),
        ("plan__max_instalments", "1", "greater than or equal to 2"),
        ("plan__min_total", "-1", "greater than or equal to 0"),
        ("plan__active_from", "never", "not one of the available choices"),
        ("settlement__floor_pct", "0", "greater than or equal to 1"),
        ("settlement__pay_days", "3", "Not before the offer runs out."),
        ("portal__code_tries", "50", "less than or equal to 10"),
        ("portal__letter_days", "", "required"),
        ("final__agency", "on", "Say which: the letter names it."),
    ],
)
def test_what_is_out_of_range_is_refused_with_the_rest(boss, business, field, value, message):
    answer = save(boss, business, **{field: value, "plan__max_months": "3"})
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert business.settings == {}


@pytest.mark.parametrize(
    ("country", "told", "columns"),
    [
        ("GB", "In the United Kingdom", "Instalments at most 12 12 Months at most 6 6"),
        ("US", "In the United States", "Instalments at most 12 4 Months at most 6 6"),
        ("DE", "No law we know of", "Instalments at most 12 12 Months at most 6 6"),
    ],
)
def test_the_law_is_named_with_what_it_narrows(boss, business, country, told, columns):
    type(business).objects.update(country=country)
    page = read(boss, business, "settings-plans")
    assert told in page
    assert columns in page


def test_it_is_the_owners_alone(books, client, client_of, outsider, business):
    assert books.get(address(business, "settings-plans")).status_code == 403
    assert client_of(outsider).get(address(business, "settings-plans")).status_code == 404
    assert client.get(address(business, "settings-plans")).status_code == 302
