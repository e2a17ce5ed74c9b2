"""How well promises are kept and queries answered (domain.md 2.8, 2.9). Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import mean, median

from invoices.models.agreement import DisputeOutcome, PromiseState

RESOLVED = (PromiseState.KEPT, PromiseState.PARTIAL, PromiseState.BROKEN)
FOR_THE_CUSTOMER = (DisputeOutcome.UPHELD, DisputeOutcome.PARTLY)


@dataclass(frozen=True, slots=True)
class KeptRate:
    """Shares of promises kept, by number and by amount, 0 to 1; `count` is how many were settled."""

    count: int
    by_count: Decimal
    by_amount: Decimal


def kept_rate(promises: Iterable[tuple[str, Decimal, Decimal]]) -> KeptRate | None:
    """Of (state, promised, received) promises; those open, cancelled or replaced count as neither. None: none is settled."""
    settled = [(state, amount, received) for state, amount, received in promises if state in RESOLVED]
    if not settled:
        return None
    kept = sum(state == PromiseState.KEPT for state, _amount, _received in settled)
    promised = sum((amount for _state, amount, _received in settled), Decimal(0))
    came = sum((min(amount, received) for _state, amount, received in settled), Decimal(0))
    return KeptRate(len(settled), Decimal(kept) / len(settled), came / promised)


@dataclass(frozen=True, slots=True)
class CycleTime:
    """How long queries took from opening to close, in calendar days, and how many of them were (partly) right, 0 to 1."""

    count: int
    mean: Decimal
    median: Decimal
    upheld: Decimal


def cycle_time(closed: Sequence[tuple[int, str]]) -> CycleTime | None:
    """Of (days, outcome) closed queries; None where none was closed."""
    if not closed:
        return None
    days = [Decimal(spent) for spent, _outcome in closed]
    right = sum(outcome in FOR_THE_CUSTOMER for _days, outcome in closed)
    return CycleTime(len(closed), mean(days), median(days), Decimal(right) / len(closed))
