"""Draws the lines of a chart as figures of an SVG, for paper and for a reader without script. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from babel.numbers import format_compact_decimal
from django.utils.translation import get_language

from arcollect.money import parse_locale
from reminders.charts import Chart, Series

WIDTH, HEIGHT = 640, 220
# What is left free around the lines for the amounts, the days and the key.
LEFT, RIGHT, TOP, BOTTOM = 52, 22, 10, 46
# So many days fit below, and so many amounts beside.
MOST_LABELS, MOST_GRID = 7, 5
STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


@dataclass(frozen=True, slots=True)
class Mark:
    """A label with its place. Places are text, so that no language writes a comma into them."""

    at: str
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """A series as SVG has it: `path` from point to point, and the points themselves; `key`: where the key begins."""

    label: str
    path: str
    points: Sequence[tuple[str, str]]
    dashed: bool
    key: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """All an SVG needs; `grid` are heights with their amounts, `days` places along the foot."""

    lines: Sequence[Line]
    grid: Sequence[Mark]
    days: Sequence[Mark]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    foot: int = HEIGHT - BOTTOM


def drawn(chart: Chart) -> Drawing:
    """The chart's lines between nothing and a round amount above the highest; unknown values are passed over."""
    top = max((value for one in chart.series for value in one.values if value is not None), default=Decimal(0))
    step = _step(top)
    steps = max(ceil(top / step), 1)
    locale = parse_locale(get_language() or "en")
    grid = [
        Mark(_height(step * n, step * steps), format_compact_decimal(step * n, locale=locale, fraction_digits=1))
        for n in range(steps + 1)
    ]
    every = max(ceil(len(chart.labels) / MOST_LABELS), 1)
    days = [Mark(_place(n, chart), label) for n, label in enumerate(chart.labels) if n % every == 0]
    return Drawing(list(_lines(chart, step * steps)), grid, days)


def _lines(chart: Chart, top: Decimal) -> Iterator[Line]:
    key = LEFT
    for one in chart.series:
        points = list(_points(one, chart, top))
        yield Line(one.label, " ".join(f"{x},{y}" for x, y in points), points, one.dashed, str(key))
        key += 48 + 7 * len(one.label)


def _points(one: Series, chart: Chart, top: Decimal) -> Iterator[tuple[str, str]]:
    for n, value in enumerate(one.values):
        if value is not None:
            yield _place(n, chart), _height(value, top)


def _place(n: int, chart: Chart) -> str:
    return f"{LEFT + (WIDTH - LEFT - RIGHT) * n / max(len(chart.labels) - 1, 1):.1f}"


def _height(value: Decimal, top: Decimal) -> str:
    """Above the foot by its share of `top`; what is below nothing (more was paid than owed) lies on it."""
    share = max(value, Decimal(0)) / top
    return f"{HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * share:.1f}"


def _step(top: Decimal) -> Decimal:
    """The smallest round amount of which few enough reach the top."""
    least = top / MOST_GRID or Decimal(1)
    ten = Decimal(1).scaleb(least.adjusted())
    return next(ten * one for one in STEPS if ten * one >= least)
