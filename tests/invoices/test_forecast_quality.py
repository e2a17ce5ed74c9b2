"""Figures about how good forecasts were, worked by hand."""

import datetime

from invoices.forecast import Forecast
from invoices.forecast_evidence import Issued
from invoices.forecast_quality import DUE_DATE, MEDIAN, MODEL, Judged, area_under_curve, calibration, judged, quality


def test_the_area_is_the_share_of_pairs_in_the_right_order():
    assert area_under_curve([0.9, 0.8, 0.3, 0.1], [True, False, True, False]) == 0.75
    assert area_under_curve([0.5, 0.5], [True, False]) == 0.5
    assert area_under_curve([0.5, 0.6], [True, True]) is None


def test_figures_of_four_forecasts():
    rows = [
        Judged(Forecast(0.9, 10, 5, 20), late=True, days=12),
        Judged(Forecast(0.6, 2, -5, 4), late=False, days=-4),
        Judged(Forecast(0.2, -1, -5, 4), late=False, days=5),
        Judged(Forecast(0.7, 8, 1, 20), late=True, days=None),
    ]
    found = quality(rows)
    assert (found.count, found.paid, found.late, found.auc, found.accuracy) == (4, 3, 2, 1.0, 0.75)
    assert round(found.brier, 4) == round((0.01 + 0.36 + 0.04 + 0.09) / 4, 4)
    assert (round(found.days_off, 4), round(found.within, 4)) == (round(14 / 3, 4), 0.6667)


def test_nothing_to_judge_has_no_figures():
    assert quality([]) is None


def test_calibration_is_by_tenths():
    found = calibration([0.11, 0.19, 1.0], [True, False, True])
    assert [(tenth.count, round(tenth.said, 2), tenth.came) for tenth in found] == [(2, 0.15, 0.5), (1, 1.0, 1.0)]


def test_only_what_was_due_is_judged_beside_simple_guesses():
    start = datetime.date(2026, 1, 1)

    def issued(pk: int, on: int, late: int | None, by_money: bool = True) -> Issued:
        due = start + datetime.timedelta(days=on + 10)
        closed = None if late is None else due + datetime.timedelta(days=late)
        return Issued(pk, "acme", start + datetime.timedelta(days=on), due, 100, closed, by_money)

    rows = [
        issued(1, 0, 5),
        issued(2, 1, 7),
        issued(3, 60, 6),
        issued(4, 61, None),
        issued(5, 62, 1, by_money=False),
        issued(6, 85, 0),
    ]
    found = judged(rows, since=issued(0, 50, 0).issued_on, until=issued(0, 90, 0).issued_on, today=issued(0, 90, 0).issued_on)
    assert {name: len(ones) for name, ones in found.items()} == {MODEL: 2, DUE_DATE: 2, MEDIAN: 2}
    assert [(one.late, one.days) for one in found[MODEL]] == [(True, 6), (True, None)]
    assert found[MEDIAN][0].forecast == Forecast(1.0, 6, 6, 6)
    assert found[DUE_DATE][0].forecast == Forecast(0.0, 0, 0, 0)
