"""manage.py report segments: how customers paid, as the night stored it or as of a day gone by (domain.md 5)."""

import csv
import json
from decimal import Decimal

import pytest
from django.core.management import call_command

from invoices.models import CustomerScore
from invoices.overruling import set_override
from reminders.scoring_customers import score_customers
from tests import make
from tests.make import day
from tests.reminders.test_report_ageing import report
from tests.reminders.test_scoring_customers import TODAY, bought, late

pytestmark = pytest.mark.proves("P09", "P10")


@pytest.fixture
def night(business, acme, owner) -> None:
    """Acme stretches and is treated as prompt; Birch is new, and 60 days late."""
    bought(acme, 33, 41, 38, 52, 12)
    late(make.customer(business, "Birch"), 60, "1234.56")
    list(score_customers(business, TODAY))
    set_override(customer=acme, segment="PROMPT", reason="We know them.", on=TODAY, actor=owner)


def test_each_customer_as_the_night_stored_it(night):
    found = report("segments", on=TODAY)
    assert (found["customers"], found["STRETCHER"], found["NEW"], found["PROMPT"]) == (2, 1, 1, 0)
    acme, birch = found["segments"]
    assert (acme["customer"], acme["segment"], acme["rule"], acme["since"], acme["scored_on"], acme["override"]) == (
        "ACME", "STRETCHER", "STRETCHER", "2026-06-30", "2026-06-30", "PROMPT",
    )  # fmt: skip
    assert (acme["inputs"]["deviation"], acme["override_until"]) == ("14.7", "2026-09-28")
    assert (birch["hold"], birch["hold_reasons"]) == ("overdue", "An invoice nobody contests is 60 days past due.")
    assert Decimal(birch["limit_suggested"]) % 50 == 0


def test_of_a_day_before_it_is_computed_from_the_ledger(night):
    found = report("segments", on=day("2026-04-30"))
    assert [(row["segment"], row["since"], row["scored_on"]) for row in found["segments"]] == [
        ("NEW", None, "2026-04-30"), ("NEW", None, "2026-04-30"),
    ]  # fmt: skip
    assert CustomerScore.objects.filter(scored_on=TODAY).count() == 2


def test_where_no_night_was_yet_it_is_computed_and_nothing_is_stored(business, acme):
    bought(acme, 0, 0, 0)
    assert report("segments", on=TODAY)["segments"][0]["segment"] == "PROMPT"
    assert not CustomerScore.objects.exists()


def test_the_file_has_the_inputs_as_json(night, tmp_path):
    call_command("report", "segments", as_of=TODAY, csv=tmp_path / "segments.csv")
    with (tmp_path / "segments.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert json.loads(rows[0]["inputs"])["late_much"] == 4
