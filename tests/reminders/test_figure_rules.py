"""The settings page of figures: what an owner sets is kept, as little as differs, and figures go by it (domain.md 2, 5, 11)."""

from decimal import Decimal

import pytest
from django.urls import reverse

from arcollect.defaults import DEFAULTS
from invoices.metrics import EDGES
from reminders.forms.figures import FiguresForm
from tests.invoices.o1 import AS_OF, write_o1
from tests.reminders.test_report_ageing import report


@pytest.fixture
def address(business) -> str:
    return reverse("settings-figures", args=[business.slug])


def sent(business, **changes) -> dict[str, object]:
    """The form as the page shows it, with changes."""
    form = FiguresForm(business=business)
    return {name: form[name].initial for name in form.fields} | changes


def test_the_defaults_are_those_written_down():
    """domain.md 11, the part of sections 2 and 5."""
    written = {
        "ageing": {"basis": "DUE", "edges": [0, 30, 60, 90], "credits": "SEPARATE"},
        "glide_weeks": 12,
        "hold": {"dpd": 60, "dpd_stretcher": 30, "over_limit_pct": "1.10"},
        "limit_buffer_days": 15,
        "limit_round_to": 50,
        "segment_window_months": 12,
        "kept_prior": ["3.5", 5],
        "bucket_lag": {"current": 5, "1-30": 15, "31-60": 25, "61-90": 35},
        "cusum": {"k": "0.5", "h": "4", "sigma_floor_days": 3, "min_baseline": 6, "max_baseline": 12, "recent": 3},
        "ledger_ratio_target": "1.0",
        "forecast_p": {"current": ".97", "1-30": ".90", "31-60": ".70", "61-90": ".40", "90+": ".20"},
    }
    assert {name: DEFAULTS[name] for name in written} == written
    assert list(EDGES) == DEFAULTS["ageing"]["edges"]


def test_what_is_set_is_kept_and_the_rest_follows_the_defaults(business, owner, client_of, address):
    changes = {"aim_dso": 40, "aim_ratio": "1.5", "ageing_credits": "OLDEST_FIRST", "hold_over": 120, "sure_more": 25}
    assert client_of(owner).post(address, sent(business, **changes)).status_code == 302
    business.refresh_from_db()
    assert business.settings == {
        "dso_target": 40,
        "ledger_ratio_target": "1.5",
        "ageing": {"credits": "OLDEST_FIRST"},
        "hold": {"over_limit_pct": "1.20"},
        "forecast_p": {"90+": "0.25"},
    }
    client_of(owner).post(
        address, sent(business, aim_dso=0, aim_ratio="1", ageing_credits="SEPARATE", hold_over=110, sure_more=20)
    )
    business.refresh_from_db()
    assert business.rules == DEFAULTS


def test_how_customers_are_judged_is_kept_beside_what_their_page_says_of_segments(business, owner, client_of, address):
    """Limit factors stand in the part of the settings that the page of segments writes: neither loses what the other set."""
    business.settings["segments"] = {"act": False, "prompt_call_from": {"USD": "900.00"}, "limit_factor": {"SLOW": "0.7"}}
    business.save()
    changes = {"times_good": "1.5", "times_breaker": "0.0", "judge_months": 6, "judge_slack": "0.75", "judge_recent": 4}
    assert client_of(owner).post(address, sent(business, **changes)).status_code == 302
    business.refresh_from_db()
    assert business.settings == {
        "segments": {"act": False, "prompt_call_from": {"USD": "900.00"}, "limit_factor": {"SLOW": "0.7", "PROMPT": "1.5"}},
        "segment_window_months": 6,
        "cusum": {"k": "0.75", "recent": 4},
    }


def test_what_is_usual_takes_no_fewer_invoices_at_most_than_at_least(business, owner, client_of, address):
    answer = client_of(owner).post(address, sent(business, judge_least=13))
    assert answer.status_code == 422
    assert "Not fewer than at least." in answer.content.decode()


def test_figures_go_by_it(business, owner, client_of, address):
    """O1 with two months of sales allowed, aged from the invoice date, credits taken from the oldest."""
    write_o1(business)
    changes = {"aim_ratio": "2", "ageing_basis": "INVOICE", "ageing_credits": "OLDEST_FIRST"}
    client_of(owner).post(address, sent(business, **changes))
    ratio, ageing = (report(name, on=AS_OF)["currencies"]["USD"] for name in ("ledger-ratio", "ageing"))
    assert (ratio["target"], ratio["excess"], ratio["light"]) == ("6200.00", "0.00", "green")
    assert [Decimal(ageing[name]) for name in ("0-30", "31-60", "61-90", "90+")] == [1500, 1350, 1500, 1050]


def test_who_stretches_the_terms_gets_no_more_time_than_others(business, owner, client_of, address):
    answer = client_of(owner).post(address, sent(business, hold_stretcher=61))
    assert answer.status_code == 422
    assert "Not more than for everybody else." in answer.content.decode()
    business.refresh_from_db()
    assert business.settings == {}


def test_a_bookkeeper_does_not_get_in(business, bookkeeper, client_of, address):
    assert client_of(bookkeeper).get(address).status_code in (403, 404)
