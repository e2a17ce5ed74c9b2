"""Weighs features: logistic regression and least absolute deviations, each held near an answer given beforehand.

Pure, in plain Python. The answer given beforehand (`offset`) is what the shrunk history says by itself: the fit only adds a
correction to it, and `hold` says how much the data must insist. With no data nothing is added.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Row = Sequence[float]
# None: not known, which says as much as what is usual.
Features = Sequence[float | None]
# The fit ends after so many rounds, or once no weight moves by more than that.
ROUNDS, SETTLED = 12, 1e-4
# Below so many days a residual weighs no more: keeps the weights of least absolute deviations finite.
ONE_DAY = 1.0
# What a chance next to 0 or 1 weighs at least: keeps Newton's step finite.
LEAST_WEIGHT = 1e-6
# A feature that varies less than this is taken as constant, and not divided by how much it varies.
CONSTANT = 1e-6
# Log odds beyond this are as good as certain, and would overflow.
CERTAIN = 30.0
# What lies further from what was learned from counts as so many deviations: a forecast is no place for extrapolation.
FURTHEST = 3.0


@dataclass(frozen=True, slots=True)
class Correction:
    """What is added to an answer: a constant and a weight for each feature, measured in its deviations from its mean."""

    constant: float
    weights: tuple[float, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]

    def of(self, features: Features) -> float:
        """What these features add."""
        scaled = _scaled(features, self.means, self.scales)
        return self.constant + sum(weight * value for weight, value in zip(self.weights, scaled, strict=True))


def chance_of(score: float) -> float:
    """From a score on the scale of log odds to a chance between 0 and 1."""
    return 1 / (1 + math.exp(-max(-CERTAIN, min(CERTAIN, score))))


def fit_chance(rows: Sequence[Row], offsets: Sequence[float], outcomes: Sequence[bool], hold: float) -> Correction:
    """A correction of the log odds that `outcomes` are true: penalised maximum likelihood, by Newton's method (logistic ridge
    regression). `hold`: the penalty on squared weights."""

    def step(place: int, score: float) -> tuple[float, float]:
        chance = chance_of(score)
        return max(chance * (1 - chance), LEAST_WEIGHT), outcomes[place] - chance

    return _fit(rows, offsets, step, hold)


def fit_days(rows: Sequence[Row], offsets: Sequence[float], days: Sequence[float], hold: float) -> Correction:
    """A correction of days, in days: least absolute deviations, by least squares weighted anew each round (IRLS). `hold`: the
    penalty on squared weights."""

    def step(place: int, score: float) -> tuple[float, float]:
        rest = days[place] - score
        weight = 1 / max(ONE_DAY, abs(rest))
        return weight, weight * rest

    return _fit(rows, offsets, step, hold)


def _fit(
    rows: Sequence[Row], offsets: Sequence[float], step: Callable[[int, float], tuple[float, float]], hold: float
) -> Correction:
    """Newton's steps on all weights at once. `step(place, score)`: how much a row weighs and which way it pulls, at its score."""
    means, scales = _scaling(rows)
    ready = [[1.0, *_scaled(row, means, scales)] for row in rows]
    size = len(means) + 1
    found = [0.0] * size
    for _ in range(ROUNDS):
        slope = [-hold * value for value in found]
        curve = [[hold if i == j else 0.0 for j in range(size)] for i in range(size)]
        for place, row in enumerate(ready):
            score = offsets[place] + sum(a * b for a, b in zip(found, row, strict=True))
            weight, pull = step(place, score)
            for i, value in enumerate(row):
                slope[i] += pull * value
                heavy, line = weight * value, curve[i]
                for j in range(i + 1):
                    line[j] += heavy * row[j]
        move = solve(curve, slope)
        found = [a + b for a, b in zip(found, move, strict=True)]
        if max(map(abs, move)) < SETTLED:
            break
    return Correction(found[0], tuple(found[1:]), tuple(means), tuple(scales))


def _scaled(row: Features, means: Row, scales: Row) -> list[float]:
    measured = zip(row, means, scales, strict=True)
    return [0.0 if value is None else max(-FURTHEST, min(FURTHEST, (value - mean) / scale)) for value, mean, scale in measured]


def _scaling(rows: Sequence[Row]) -> tuple[list[float], list[float]]:
    columns = list(zip(*rows, strict=True))
    means = [sum(column) / len(column) for column in columns]
    spreads = [math.sqrt(sum((v - m) ** 2 for v in column) / len(column)) for column, m in zip(columns, means, strict=True)]
    return means, [spread if spread > CONSTANT else 1.0 for spread in spreads]


def solve(lower: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """x of A x = right, A symmetric and positive definite, given by its lower half (Cholesky)."""
    size = len(right)
    root = [[0.0] * size for _ in range(size)]
    for i in range(size):
        for j in range(i + 1):
            rest = lower[i][j] - sum(root[i][k] * root[j][k] for k in range(j))
            root[i][j] = math.sqrt(rest) if i == j else rest / root[j][j]
    down = [0.0] * size
    for i in range(size):
        down[i] = (right[i] - sum(root[i][k] * down[k] for k in range(i))) / root[i][i]
    up = [0.0] * size
    for i in reversed(range(size)):
        up[i] = (down[i] - sum(root[k][i] * up[k] for k in range(i + 1, size))) / root[i][i]
    return up
