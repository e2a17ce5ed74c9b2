"""When will an invoice be paid, and will that be late? Learns from a ledger's past. Pure: no query, no clock.

It starts from the customer's own payments, the recent and similar ones counting most, shrunk toward what invoices on such terms
and the whole ledger do (`forecast_history`); what further helps on this ledger is added to it (`forecast_fitting`).
"""

import datetime
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from invoices.forecast_evidence import Issued, log_odds
from invoices.forecast_fitting import Correction, chance_of, fit_chance, fit_days
from invoices.forecast_history import FEATURES, Past, Seen, in_order, walk

# The newest so many invoices are learned from: more takes longer and is older.
LEARNED_FROM = 6000
HOLD_CHANCE, HOLD_DAYS = 10.0, 2.0
# A little wider than from 10 % to 90 %: the days to come differ more from the days learned from than these among themselves.
LOW, HIGH = 0.09, 0.91
# Days late are learned up to these; an old debt paid after years says nothing of a new one.
FURTHEST = 120
ENOUGH_TO_JUDGE = 40
HELD_BACK = 0.3
# Of the normal distribution, for a ledger too young to have erred.
UNKNOWN = (-1.69, -1.1, -0.75, -0.47, -0.23, 0.0, 0.23, 0.47, 0.75, 1.1, 1.69)


@dataclass(frozen=True, slots=True)
class Forecast:
    """`probability_late` from 0 to 1; in days after the due date, early below nothing: `expected`, and a range for 8 in 10."""

    probability_late: float
    expected: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned: corrections to the shrunk history, and how far such forecasts were off, in spreads, sorted."""

    chance: Correction
    days: Correction
    errors: tuple[float, ...]
    learned_from: int

    def forecast(self, seen: Seen, unpaid_days: int | None = None) -> Forecast:
        """Of an invoice as it was seen; `unpaid_days`: it is so many days past due (below nothing: before) and not yet paid."""
        chance = chance_of(log_odds(seen.chance) + self.chance.of(seen.features))
        middle = seen.days + self.days.of(seen.features)
        if unpaid_days is None:
            return Forecast(chance, *_days(middle, seen.spread, self.errors))
        left = self.errors[bisect_right(self.errors, (unpaid_days - middle) / seen.spread) :]
        still = max(len(left), 1) / len(self.errors)
        late = 1.0 if unpaid_days > 0 else min(1.0, chance / max(still, chance))
        expected, low, high = _days(middle, seen.spread, left or self.errors[-1:])
        soonest = unpaid_days + 1
        return Forecast(late, max(expected, soonest), max(low, soonest), max(high, soonest))


def train(invoices: Iterable[Issued], until: datetime.date, past: Past | None = None) -> Model:
    """Learns from what was known at the end of `until`: invoices whose due date had passed, paid by then or not.

    One not yet paid counts as late, and by as many days as those paid did in the end that were as late (domain.md 2.7: without
    them only the good payers would be seen). `past`, if given, has seen all of them afterwards.
    """
    known = in_order(_as_known(row, until) for row in invoices if row.issued_on <= until)
    fit = [row for row in known if row.due_on < until and (row.by_money or not row.closed_on)][-LEARNED_FROM:]
    pairs = list(walk(known, past, {row.id for row in fit}))
    days = _days_late([row for row, _ in pairs], until)
    kept = [(seen, late) for (_, seen), late in zip(pairs, days, strict=True)]
    return Model(*_corrections(kept), _errors(kept), len(kept))


def _as_known(row: Issued, until: datetime.date) -> Issued:
    """The invoice without what happened later."""
    if row.closed_on is None or row.closed_on <= until:
        return row
    return Issued(row.id, row.customer, row.issued_on, row.due_on, row.amount)


def _days_late(rows: Sequence[Issued], until: datetime.date) -> list[float]:
    """Of each row: known, or for what is still open the median of those that took longer still."""
    paid = sorted(late for row in rows if (late := row.days_late) is not None)
    found = []
    for row in rows:
        late = row.days_late
        if late is None:
            so_far = (until - row.due_on).days
            longer = paid[bisect_right(paid, so_far) :]
            late = longer[len(longer) // 2] if longer else so_far + 1
        found.append(float(max(-FURTHEST, min(FURTHEST, late))))
    return found


def _corrections(rows: Sequence[tuple[Seen, float]]) -> tuple[Correction, Correction]:
    if not rows:
        nothing = Correction(0.0, (0.0,) * len(FEATURES), (0.0,) * len(FEATURES), (1.0,) * len(FEATURES))
        return nothing, nothing
    features = [seen.features for seen, _ in rows]
    chance = fit_chance(features, [log_odds(seen.chance) for seen, _ in rows], [late > 0 for _, late in rows], HOLD_CHANCE)
    return chance, fit_days(features, [seen.days for seen, _ in rows], [late for _, late in rows], HOLD_DAYS)


def _errors(rows: Sequence[tuple[Seen, float]]) -> tuple[float, ...]:
    """How far the newest were off, in spreads, forecast by what the older ones teach."""
    if len(rows) < ENOUGH_TO_JUDGE:
        return UNKNOWN
    cut = int(len(rows) * (1 - HELD_BACK))
    _, days = _corrections(rows[:cut])
    return tuple(sorted((late - seen.days - days.of(seen.features)) / seen.spread for seen, late in rows[cut:]))


def _days(middle: float, spread: float, errors: Sequence[float]) -> tuple[int, int, int]:
    """(expected, low, high) in whole days, from the errors that are possible."""
    low, half, high = (errors[min(len(errors) - 1, int(len(errors) * share))] for share in (LOW, 0.5, HIGH))
    return round(middle + spread * half), round(middle + spread * low), round(middle + spread * high)
