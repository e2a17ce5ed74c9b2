"""Decides whether a customer pays later than they used to (domain.md 5.1, tests A and B). Pure."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from invoices.behaviour_cases import Baseline

# Test B needs so many items more than the smallest baseline has: 6 + 2 = 8.
LATER_FOR_B = 2
# The baseline is the oldest n - 4 items where these are more than its smallest number.
LEFT_OUT = 4


@dataclass(frozen=True, slots=True)
class Observed:
    """An invoice and how many days late it was paid, or is today."""

    due_on: datetime.date
    invoice_id: int
    days_late: int

    @property
    def place(self) -> tuple[datetime.date, int]:
        """Its place in due order."""
        return self.due_on, self.invoice_id


@dataclass(frozen=True, slots=True)
class Shift:
    """Test A: the mean of the newest items, the mean of what was usual, and the shift that alarms."""

    recent: Fraction
    usual: Fraction
    needed: float

    @property
    def alarms(self) -> bool:
        return self.recent - self.usual >= self.needed


@dataclass(frozen=True, slots=True)
class Trend:
    """What tests A and B saw. `shift` None or `path` empty: too few items for that test. `path`: S after each later item."""

    items: int
    baseline: Baseline | None = None
    shift: Shift | None = None
    path: tuple[float, ...] = ()
    limit: float = 0

    @property
    def shifted(self) -> bool:
        """Whether test A alarms."""
        return self.shift is not None and self.shift.alarms

    @property
    def drifted(self) -> bool:
        """Whether test B ever alarmed since what was usual was laid down: an alarm stands until it is acknowledged."""
        return any(value > self.limit for value in self.path)


def look(items: Iterable[Observed], cusum: Mapping[str, Any], rules: Mapping[str, Any], frozen: Baseline | None = None) -> Trend:
    """Tests A and B over `items`, in whatever order they come. `cusum`, `rules`: the parts "cusum" and "deterioration" of the
    settings; `frozen`: the baseline that stands until an alarm is acknowledged, else it is laid from the oldest items."""
    ordered = sorted(items, key=lambda one: one.place)
    least = cusum["min_baseline"] + LATER_FOR_B
    if frozen is None and len(ordered) < least:
        return Trend(len(ordered))
    baseline = frozen or laid(ordered[: baseline_size(len(ordered), cusum)])
    later = [one for one in ordered if one.place > baseline.through]
    count = baseline.n + len(later)
    recent = cusum["recent"]
    shift = None
    if len(later) >= recent and count >= cusum["min_baseline"] + recent:
        shift = _shift(later[-recent:], baseline, cusum, rules)
    path = tuple(cusum_path([one.days_late for one in later], baseline, cusum)) if count >= least else ()
    return Trend(count, baseline, shift, path, float(cusum["h"]))


def baseline_size(count: int, cusum: Mapping[str, Any]) -> int:
    """Of so many items, how many of the oldest say what was usual: min(12, max(6, n - 4))."""
    return min(cusum["max_baseline"], max(cusum["min_baseline"], count - LEFT_OUT))


def laid(items: Sequence[Observed]) -> Baseline:
    """The baseline over these items, which are in due order and at least one."""
    days = [one.days_late for one in items]
    return Baseline(len(days), sum(days), sum(day * day for day in days), items[-1].place)


def laid_anew(items: Iterable[Observed], cusum: Mapping[str, Any]) -> Baseline | None:
    """The baseline once somebody acknowledged the alarm: the newest items are what is usual now, S starts again after them.

    None where there are too few: it is laid from the oldest once there are enough.
    """
    ordered = sorted(items, key=lambda one: one.place)
    least = cusum["min_baseline"]
    return laid(ordered[-least:]) if len(ordered) >= least else None


def mean_of(baseline: Baseline) -> Fraction:
    """Days late that were usual."""
    return Fraction(baseline.total, baseline.n)


def sigma_of(baseline: Baseline, cusum: Mapping[str, Any]) -> float:
    """How much the usual days late varied (standard deviation of a sample), never below the floor of 3 days."""
    spread = Fraction(baseline.squares) - Fraction(baseline.total**2, baseline.n)
    deviation = float(spread / (baseline.n - 1)) ** 0.5 if baseline.n > 1 else 0.0
    return max(float(cusum["sigma_floor_days"]), deviation)


def cusum_path(days_late: Iterable[int], baseline: Baseline, cusum: Mapping[str, Any]) -> Iterable[float]:
    """S after each item: max(0, S + (x - mean) / sigma - k)."""
    mean, sigma, slack = float(mean_of(baseline)), sigma_of(baseline, cusum), float(cusum["k"])
    total = 0.0
    for days in days_late:
        total = max(0.0, total + (days - mean) / sigma - slack)
        yield total


def _shift(newest: Sequence[Observed], baseline: Baseline, cusum: Mapping[str, Any], rules: Mapping[str, Any]) -> Shift:
    recent = Fraction(sum(one.days_late for one in newest), len(newest))
    needed = max(float(rules["shift_days"]), float(rules["shift_sigmas"]) * sigma_of(baseline, cusum))
    return Shift(recent, mean_of(baseline), needed)
