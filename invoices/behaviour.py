"""Decides how a customer pays: the segments of domain.md 5, first match wins. Pure."""

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from statistics import stdev
from typing import Any

from dateutil.relativedelta import relativedelta

from invoices.agreement_metrics import FOR_THE_CUSTOMER, RESOLVED
from invoices.behaviour_cases import Baseline, Facts, Settled
from invoices.deterioration import Observed, Trend, look, mean_of, sigma_of
from invoices.models.agreement import PromiseState
from invoices.models.insight import Segment, SubType
from invoices.warning_signs import Sign, signs

BAD = (PromiseState.BROKEN, PromiseState.PARTIAL)
TESTS = ("A", "B", "C")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The segment, the rule that matched, and what all rules looked at. `baseline`: to be kept, None where none is laid yet."""

    segment: Segment
    sub_type: SubType
    rule: str
    inputs: dict[str, Any]
    baseline: Baseline | None = None
    signs: tuple[Sign, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What the facts come to within the windows of the rules. Shares are 0 to 1, None where there is nothing to share."""

    settled: Sequence[Settled]
    late: int
    late_much: int
    late_prompted: int
    by_due: int
    deviation: float | None
    weighted: Mapping[str, Decimal]
    oldest_open: int
    promises: int
    promises_bad: int
    broken_in_a_row: int
    disputes: int
    disputed: int
    closed: int
    upheld: int
    after_due: int
    invoices: int
    legal: str
    long_standing: bool
    trend: Trend
    signs: Sequence[Sign] = ()

    def tests(self, needed: int) -> list[str]:
        """Which tests of domain.md 5.1 alarm: A and B of long-standing customers, C with so many signs."""
        alarms = (self.long_standing and self.trend.shifted, self.long_standing and self.trend.drifted, len(self.signs) >= needed)
        return [name for name, alarm in zip(TESTS, alarms, strict=True) if alarm]


def segment(facts: Facts, rules: Mapping[str, Any], today: datetime.date) -> Verdict:
    """The segment of a customer on `today` (domain.md 5). `rules`: the settings of the business; never raises for lack of facts.

    Nothing in it depends on the order in which the facts come.
    """
    seen = see(facts, rules, today)
    name, rule = next((name, rule) for name, test in ORDER if (rule := test(seen, rules)))
    sub_type = fault_of(seen, rules["segments"]["disputer"]) if name == Segment.DISPUTER else SubType.NONE
    keeps = seen.trend.baseline if seen.long_standing else facts.baseline
    return Verdict(name, sub_type, rule, inputs_of(seen, rules, today), keeps, tuple(seen.signs))


def see(facts: Facts, rules: Mapping[str, Any], today: datetime.date) -> Seen:
    """Counts and measures what the rules compare, each over its own window that ends today."""
    mine, since = rules["segments"], today - relativedelta(months=rules["segment_window_months"])
    settled = sorted((one for one in facts.settled if since < one.paid_on <= today), key=lambda one: (one.due_on, one.invoice_id))
    late = [one for one in settled if one.days_late > 0]
    contested = [one for one in facts.contested if since < one.issued_on and one.opened_on <= today]
    judged = within(facts, mine["breaker"]["days"], today)
    seen = Seen(
        settled=settled,
        late=len(late),
        late_much=sum(is_late_much(one, mine["stretcher"]) for one in settled),
        late_prompted=sum(is_prompted(one, mine["forgetful"]["within_days"]) for one in late),
        by_due=sum(one.days_late <= mine["prompt"]["by_days"] for one in settled),
        deviation=stdev([one.days_late for one in settled]) if len(settled) > 1 else None,
        weighted=weighted_late(settled),
        oldest_open=max((one.days_past_due(today) for one in facts.unpaid if one.amount > 0), default=0),
        promises=len(judged),
        promises_bad=sum(state in BAD for state in judged),
        broken_in_a_row=longest_run(within(facts, mine["breaker"]["window_days"], today)),
        disputes=len(contested),
        disputed=len({one.invoice_id for one in contested}),
        closed=sum(bool(one.outcome) for one in contested),
        upheld=sum(one.outcome in FOR_THE_CUSTOMER for one in contested),
        after_due=sum(one.after_due for one in contested),
        invoices=facts.invoices,
        legal=facts.legal,
        long_standing=is_long_standing(facts, mine["long_standing_months"], today),
        trend=look(observed(facts, rules, today), rules["cusum"], rules["deterioration"], facts.baseline),
    )
    disputer = bool(disputes_often(seen, rules))
    return replace(seen, signs=signs(facts, rules["deterioration"], today, disputer=disputer))


def observed(facts: Facts, rules: Mapping[str, Any], today: datetime.date) -> list[Observed]:
    """What tests A and B look at: settled in the last 18 months, and overdue open ones at today's days past due."""
    since = today - relativedelta(months=rules["deterioration"]["window_months"])
    paid = [Observed(one.due_on, one.invoice_id, one.days_late) for one in facts.settled if since < one.paid_on <= today]
    late = [one for one in facts.unpaid if one.amount > 0 and one.due_on < today]
    return paid + [Observed(one.due_on, one.invoice_id, one.days_past_due(today)) for one in late]


def within(facts: Facts, days: int, today: datetime.date) -> list[str]:
    """The states of the promises judged in so many days, the oldest first."""
    since = today - datetime.timedelta(days=days)
    judged = [one for one in facts.promises if one.state in RESOLVED and since < one.on <= today]
    return [one.state for one in sorted(judged, key=lambda one: (one.on, one.state))]


def longest_run(states: Sequence[str]) -> int:
    """How many promises in a row were broken at most."""
    longest = run = 0
    for state in states:
        run = run + 1 if state == PromiseState.BROKEN else 0
        longest = max(longest, run)
    return longest


def is_late_much(one: Settled, rule: Mapping[str, Any]) -> bool:
    """Late by min(30, max(15, T)) days or more, T its terms: of 30 days given 60 are taken."""
    return one.days_late >= min(rule["most_days"], max(rule["least_days"], one.terms_days))


def is_prompted(one: Settled, days: int) -> bool:
    """Whether it was paid within so many days after its first reminder."""
    return one.reminded_on is not None and 0 <= (one.paid_on - one.reminded_on).days <= days


def weighted_late(settled: Collection[Settled]) -> dict[str, Decimal]:
    """Days late weighted by amount, by currency: as domain.md 2.7, but each invoice whole, on the day its last part came."""
    sums: dict[str, list[Decimal]] = {}
    for one in settled:
        weight = sums.setdefault(one.currency, [Decimal(0), Decimal(0)])
        weight[0] += one.amount * one.days_late
        weight[1] += one.amount
    return {currency: days / amount for currency, (days, amount) in sorted(sums.items()) if amount}


def is_long_standing(facts: Facts, months: int, today: datetime.date) -> bool:
    """Whether the first invoice is that old."""
    return facts.first_on is not None and facts.first_on <= today - relativedelta(months=months)


def is_protected(seen: Seen, rules: Mapping[str, Any]) -> str:
    """LEGAL_BLOCK: insolvency, moratorium, deceased."""
    return "LEGAL_BLOCK" if seen.legal else ""


def breaks_promises(seen: Seen, rules: Mapping[str, Any]) -> str:
    """PROMISE_BREAKER: half of at least three not kept in 180 days, or two broken in a row within 90."""
    rule = rules["segments"]["breaker"]
    if seen.promises >= rule["resolved"] and reaches(seen.promises_bad, seen.promises, rule["share"]):
        return "PROMISE_BREAKER.1"
    return "PROMISE_BREAKER.2" if seen.broken_in_a_row >= rule["consecutive"] else ""


def deteriorates(seen: Seen, rules: Mapping[str, Any]) -> str:
    """DETERIORATING: any test of domain.md 5.1."""
    tests = seen.tests(rules["deterioration"]["signs"])
    return f"DETERIORATING.{tests[0]}" if tests else ""


def disputes_often(seen: Seen, rules: Mapping[str, Any]) -> str:
    """DISPUTER: at least three queries, about 30 % of at least five invoices."""
    rule = rules["segments"]["disputer"]
    enough = seen.invoices >= rule["invoices"] and seen.disputes >= rule["disputes"]
    return "DISPUTER" if enough and reaches(seen.disputed, seen.invoices, rule["share"]) else ""


def stretches(seen: Seen, rules: Mapping[str, Any]) -> str:
    """STRETCHER: most of at least five paid much too late, evenly so, and no alarm of test B."""
    rule = rules["segments"]["stretcher"]
    often = len(seen.settled) >= rule["settled"] and reaches(seen.late_much, len(seen.settled), rule["share"])
    return "STRETCHER" if often and seen.deviation <= rule["stdev"] and not seen.trend.drifted else ""


def forgets(seen: Seen, rules: Mapping[str, Any]) -> str:
    """FORGETFUL: half of at least four late, most of those paid soon after the first reminder."""
    rule = rules["segments"]["forgetful"]
    often = len(seen.settled) >= rule["settled"] and reaches(seen.late, len(seen.settled), rule["late"])
    return "FORGETFUL" if often and reaches(seen.late_prompted, seen.late, rule["after_reminder"]) else ""


def pays_promptly(seen: Seen, rules: Mapping[str, Any]) -> str:
    """PROMPT: at least three, hardly late by weight (in every currency), nearly all soon after due, nothing open for long."""
    rule = rules["segments"]["prompt"]
    if len(seen.settled) < rule["settled"] or seen.oldest_open > rule["open_days"]:
        return ""
    in_time = all(days <= rule["late"] for days in seen.weighted.values())
    return "PROMPT" if in_time and reaches(seen.by_due, len(seen.settled), rule["share"]) else ""


def is_new(seen: Seen, rules: Mapping[str, Any]) -> str:
    """NEW: too few settled to know."""
    return "NEW" if len(seen.settled) < rules["segments"]["new"]["settled"] else ""


def is_slow(seen: Seen, rules: Mapping[str, Any]) -> str:
    """SLOW: all else."""
    return "SLOW"


def fault_of(seen: Seen, rule: Mapping[str, Any]) -> SubType:
    """Whose fault their queries are: ours where most were right, theirs where few were and most came after the due date."""
    if seen.closed and reaches(seen.upheld, seen.closed, rule["our_fault"]):
        return SubType.OUR_FAULT
    few = seen.closed and Decimal(seen.upheld) <= Decimal(rule["tactical"]) * seen.closed
    late = Decimal(seen.after_due) > Decimal(rule["after_due"]) * seen.disputes
    return SubType.TACTICAL if few and late else SubType.NONE


def reaches(part: int, whole: int, share: str) -> bool:
    """Whether the part is that share of the whole or more; of nothing it never is."""
    return whole > 0 and Decimal(part) >= Decimal(share) * whole


ORDER: Sequence[tuple[Segment, Callable[[Seen, Mapping[str, Any]], str]]] = (
    (Segment.LEGAL_BLOCK, is_protected),
    (Segment.PROMISE_BREAKER, breaks_promises),
    (Segment.DETERIORATING, deteriorates),
    (Segment.DISPUTER, disputes_often),
    (Segment.STRETCHER, stretches),
    (Segment.FORGETFUL, forgets),
    (Segment.PROMPT, pays_promptly),
    (Segment.NEW, is_new),
    (Segment.SLOW, is_slow),
)


def inputs_of(seen: Seen, rules: Mapping[str, Any], today: datetime.date) -> dict[str, Any]:
    """What the rules looked at, as JSON keeps it: whole numbers, days and shares as text, None for what cannot be known."""
    tests = seen.tests(rules["deterioration"]["signs"])
    counts = ("late", "late_much", "late_prompted", "by_due", "oldest_open", "promises", "promises_bad", "broken_in_a_row")
    counts += ("invoices", "disputes", "disputed", "closed", "upheld", "after_due", "legal", "long_standing")
    return {
        "settled": len(seen.settled),
        "deviation": None if seen.deviation is None else f"{seen.deviation:.1f}",
        "weighted": {currency: f"{days:.1f}" for currency, days in seen.weighted.items()},
        "tests": tests,
        "trend": _trend(seen.trend, rules["cusum"]),
        "signs": [{"code": sign.code.value, "on": sign.on.isoformat()} for sign in seen.signs],
        "until": today.isoformat(),
    } | {name: getattr(seen, name) for name in counts}


def _trend(trend: Trend, cusum: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"items": trend.items}
    if trend.baseline is not None:
        found |= {
            "usual": f"{float(mean_of(trend.baseline)):.1f}",
            "usual_of": trend.baseline.n,
            "sigma": f"{sigma_of(trend.baseline, cusum):.1f}",
        }
    if trend.shift is not None:
        found |= {"recent": f"{float(trend.shift.recent):.1f}", "needed": f"{trend.shift.needed:.1f}"}
    if trend.path:
        found |= {"s": f"{trend.path[-1]:.1f}", "s_most": f"{max(trend.path):.1f}", "h": f"{trend.limit:g}"}
    return found
