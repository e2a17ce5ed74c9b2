"""How good forecasts were, once it is known what happened. Pure: no query, no clock."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from invoices.forecast import Forecast, train
from invoices.forecast_evidence import Issued
from invoices.forecast_history import Seen, walk

MODEL, DUE_DATE, MEDIAN = "model", "due date", "customer's median"
TENTHS = 10


@dataclass(frozen=True, slots=True)
class Judged:
    """A forecast beside what happened; `days` after the due date, None while it is still not paid."""

    forecast: Forecast
    late: bool
    days: int | None


@dataclass(frozen=True, slots=True)
class Tenth:
    """Calibration: of `count` forecasts of about the same probability, `said` on average, and what share `came` late."""

    count: int
    said: float
    came: float


@dataclass(frozen=True, slots=True)
class Quality:
    """Of `count` forecasts, `paid` of which are paid. None: cannot be said, since nothing (or all) was late, or nothing paid.

    `auc`: how often a late one was given the higher probability than one in time; `brier`: mean squared error of the
    probability; `days_off`: mean absolute error in days; `within`: the share of those paid within the range.
    """

    count: int
    paid: int
    late: int
    auc: float | None
    accuracy: float
    brier: float
    days_off: float | None
    within: float | None
    calibration: tuple[Tenth, ...]


def quality(rows: Sequence[Judged]) -> Quality | None:
    """None where there is nothing to judge."""
    if not rows:
        return None
    chances, late = [row.forecast.probability_late for row in rows], [row.late for row in rows]
    paid = [(row.forecast, row.days) for row in rows if row.days is not None]
    off = [abs(forecast.expected - days) for forecast, days in paid]
    held = [forecast.low <= days <= forecast.high for forecast, days in paid]
    return Quality(
        count=len(rows),
        paid=len(paid),
        late=sum(late),
        auc=area_under_curve(chances, late),
        accuracy=_mean([(chance > 0.5) == came for chance, came in zip(chances, late, strict=True)]),
        brier=_mean([(chance - came) ** 2 for chance, came in zip(chances, late, strict=True)]),
        days_off=_mean(off) if off else None,
        within=_mean(held) if held else None,
        calibration=calibration(chances, late),
    )


def area_under_curve(chances: Sequence[float], late: Sequence[bool]) -> float | None:
    """The chance that a late one has the higher forecast than one in time, equal ones counting half; None without both."""
    ordered = sorted(zip(chances, late, strict=True))
    late_ones = sum(late)
    pairs = late_ones * (len(late) - late_ones)
    if not pairs:
        return None
    ranks, place = 0.0, 0
    while place < len(ordered):
        end = place
        while end < len(ordered) and ordered[end][0] == ordered[place][0]:
            end += 1
        ranks += sum(came for _, came in ordered[place:end]) * (place + 1 + end) / 2
        place = end
    return (ranks - late_ones * (late_ones + 1) / 2) / pairs


def calibration(chances: Sequence[float], late: Sequence[bool]) -> tuple[Tenth, ...]:
    """By tenths of the probability, the empty ones left out."""
    tenths: dict[int, list[tuple[float, bool]]] = {}
    for chance, came in zip(chances, late, strict=True):
        tenths.setdefault(min(TENTHS - 1, int(chance * TENTHS)), []).append((chance, came))
    return tuple(
        Tenth(len(rows), _mean([chance for chance, _ in rows]), _mean([came for _, came in rows]))
        for _, rows in sorted(tenths.items())
    )


def judged(
    invoices: Sequence[Issued], since: datetime.date, until: datetime.date, today: datetime.date
) -> dict[str, list[Judged]]:
    """The invoices issued from `since` to `until`, due before `today`, forecast by what was known when each was issued.

    The model learned from what was known the day before `since`. Beside it two simple guesses: "all pay on the due date" and
    "each pays as late as the median of that customer's payments". What was credited or given up is left out.
    """
    model = train(invoices, since - datetime.timedelta(days=1))
    found: dict[str, list[Judged]] = {MODEL: [], DUE_DATE: [], MEDIAN: []}
    asked = {
        row.id
        for row in invoices
        if since <= row.issued_on <= until and row.due_on < today and (row.by_money or not row.closed_on)
    }
    for row, seen in walk((row for row in invoices if row.issued_on <= until), wanted=asked):
        paid = row.closed_on is not None and row.closed_on <= today
        days = row.days_late if paid else None
        late = days is None or days > 0
        for name, forecast in ((MODEL, model.forecast(seen)), (DUE_DATE, Forecast(0.0, 0, 0, 0)), (MEDIAN, _median(seen))):
            found[name].append(Judged(forecast, late, days))
    return found


def _median(seen: Seen) -> Forecast:
    usual = round(seen.usual or 0)
    return Forecast(0.5 if seen.late_share is None else seen.late_share, usual, usual, usual)


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)
