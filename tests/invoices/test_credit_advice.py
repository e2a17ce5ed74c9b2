"""What to suggest about credit, by the worked figures of domain.md 5.2 and 5.3."""

from datetime import timedelta
from decimal import Decimal

import pytest

from arcollect.defaults import DEFAULTS
from invoices.behaviour_cases import Facts, Traces
from invoices.credit_advice import Credit, advise, daily_sales, hold_reasons, look_ahead, suggested_limit
from tests.invoices.behaviour import DAY, TODAY, judged, open_for

pytestmark = pytest.mark.proves("P10")

SALES = Credit("USD", sales=Decimal(18_000), days=181, terms_days=30, exposure=Decimal(2000))


def limit(segment: str, sub_type: str = "", **fields) -> Decimal | None:
    values = {name: getattr(SALES, name) for name in Credit.__slots__} | fields
    return suggested_limit(Credit(**values), segment, sub_type, DEFAULTS)


def held(segment: str = "SLOW", credit: Credit | None = None, **facts) -> list[str]:
    return [reason.code for reason in hold_reasons(Facts(**facts), credit or Credit("USD"), segment, DEFAULTS, TODAY)]


def test_the_base_is_what_they_buy_over_the_terms_and_two_weeks():
    assert daily_sales(SALES).quantize(Decimal("0.01")) == Decimal("99.45")
    assert (daily_sales(SALES) * 45).quantize(Decimal("0.01")) == Decimal("4475.14")


@pytest.mark.parametrize(
    ("segment", "sub_type", "expected"),
    [
        ("STRETCHER", "", 2650),
        ("PROMPT", "", 5550),
        ("FORGETFUL", "", 4450),
        ("DISPUTER", "OUR_FAULT", 4450),
        ("DISPUTER", "TACTICAL", 2650),
        ("SLOW", "", 3550),
        ("NEW", "", 4450),
        ("DETERIORATING", "", 2000),
        ("PROMISE_BREAKER", "", 0),
        ("LEGAL_BLOCK", "", 0),
    ],
)
def test_the_limit_goes_by_the_segment_rounded_down_to_fifty(segment, sub_type, expected):
    assert limit(segment, sub_type) == expected


def test_who_deteriorates_gets_no_more_than_they_owe_and_half_at_most():
    assert limit("DETERIORATING", exposure=Decimal("1234.56")) == 1200
    assert limit("DETERIORATING", exposure=Decimal(9000)) == 2200


def test_the_owner_caps_whom_nobody_knows_yet():
    assert limit("NEW", limit=Decimal(1000)) == 1000


def test_who_bought_nothing_lately_has_no_suggested_limit():
    assert limit("PROMPT", sales=Decimal(0)) is None
    assert limit("PROMISE_BREAKER", sales=Decimal(0)) == 0


@pytest.mark.parametrize(
    ("segment", "days", "reasons"),
    [("SLOW", 59, []), ("SLOW", 60, ["overdue"]), ("STRETCHER", 29, []), ("STRETCHER", 30, ["overdue"])],
)
def test_sixty_days_late_is_a_reason_and_thirty_for_who_stretches(segment, days, reasons):
    assert held(segment, unpaid=open_for(days)) == reasons


def test_what_is_contested_in_full_is_no_reason():
    assert held(unpaid=open_for(90, disputed="100")) == []
    assert held(unpaid=open_for(90, disputed="99.99")) == ["overdue"]


@pytest.mark.parametrize(("owed", "reasons"), [("1100.00", []), ("1100.01", ["over_limit"])])
def test_over_a_tenth_more_than_the_limit_is_a_reason(owed, reasons):
    assert held(credit=Credit("USD", exposure=Decimal(owed), limit=Decimal(1000))) == reasons


def test_two_broken_promises_a_plan_in_trouble_a_returned_payment_and_the_law_are_reasons():
    back = Traces(returned=(TODAY - 10 * DAY,))
    assert held(promises=judged("broken", "kept", "broken")) == ["promises"]
    assert held(promises=judged("broken", "kept", "kept")) == []
    assert held(promises=judged("broken", "broken", every=90)) == []
    assert held(credit=Credit("USD", plan=True)) == ["plan"]
    assert held(traces=back) == ["returned"]
    assert held(legal="insolvent") == ["legal"]


def test_a_returned_payment_is_forgotten_after_two_months():
    assert held(traces=Traces(returned=(TODAY - timedelta(days=60),))) == []


def kinds(segment: str, **fields) -> list[str]:
    facts = fields.pop("facts", Facts())
    values = {name: getattr(SALES, name) for name in Credit.__slots__} | fields
    credit = Credit(**values)
    return [one.kind for one in advise(look_ahead(facts, credit, segment, "", DEFAULTS, TODAY), credit, segment, "")]


def test_a_hold_is_suggested_once_and_its_end_when_no_reason_is_left():
    late = Facts(unpaid=open_for(60))
    assert kinds("SLOW", facts=late) == ["hold"]
    assert kinds("SLOW", facts=late, on_hold=True) == []
    assert kinds("SLOW", on_hold=True) == ["release"]


def test_a_limit_is_suggested_where_it_matters():
    assert kinds("SLOW", limit=None) == []
    assert kinds("DETERIORATING", limit=None) == ["limit"]
    assert kinds("DETERIORATING", limit=Decimal(2000)) == []
    assert kinds("DETERIORATING", limit=Decimal(5000)) == ["limit"]
    assert kinds("SLOW", limit=Decimal(9000)) == []
    assert kinds("PROMPT", limit=Decimal(2500)) == []
    assert kinds("PROMPT", limit=Decimal(2200)) == ["limit"]
