"""A debt-reduction plan begins and ends, one at a time in a currency, and the log says so."""

from decimal import Decimal

import pytest

from customers.models import Event
from invoices.models import ReductionPlan
from invoices.reducing import ReductionError, end_plan, start_plan
from tests.make import day


def start(business, **changed):
    terms = {"currency": "USD", "start_amount": Decimal(5400), "target": Decimal(3000), "weeks": 12, "on": day("2026-06-30")}
    return start_plan(business=business, actor=None, **terms | changed)


def test_one_begins_and_ends_once(business):
    plan = start(business)
    end_plan(plan=plan, on=day("2026-08-01"), actor=None)
    end_plan(plan=plan, on=day("2026-09-01"), actor=None)
    assert ReductionPlan.objects.get().ended_on == day("2026-08-01")
    assert list(Event.objects.filter(kind__startswith="reduction.").values_list("kind", flat=True).order_by("id")) == [
        "reduction.started",
        "reduction.ended",
    ]


def test_a_second_one_waits_for_the_end_of_the_first(business):
    plan = start(business)
    start(business, currency="EUR")
    with pytest.raises(ReductionError, match="running already"):
        start(business)
    end_plan(plan=plan, on=day("2026-08-01"), actor=None)
    start(business)


@pytest.mark.parametrize(
    "wrong", [{"target": Decimal(5400)}, {"target": Decimal(-1)}, {"weeks": 0}, {"weeks": 200}, {"start_amount": Decimal(0)}]
)
def test_one_that_leads_nowhere_is_refused(business, wrong):
    with pytest.raises(ReductionError):
        start(business, **wrong)
