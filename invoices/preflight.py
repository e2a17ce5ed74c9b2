"""The preflight of an invoice: eighteen checks that find what would keep it from being paid (domain.md 8). Pure."""

from collections.abc import Sequence
from decimal import Decimal

from invoices.models.preflight import Verdict
from invoices.preflight_account import pf09
from invoices.preflight_cases import CheckResult, PreflightFacts, warned
from invoices.preflight_papers import pf02, pf05, pf10, pf11, pf16, pf17, pf18
from invoices.preflight_party import pf01, pf03, pf04, pf08, pf14, pf15
from invoices.preflight_sums import pf06, pf07, pf12, pf13

CHECKS = (pf01, pf02, pf03, pf04, pf05, pf06, pf07, pf08, pf09, pf10, pf11, pf12, pf13, pf14, pf15, pf16, pf17, pf18)


def preflight(facts: PreflightFacts) -> tuple[CheckResult, ...]:
    """What each of the eighteen checks says, in their order; what stops the invoice is a BLOCK, whoever made it."""
    return tuple(check(facts) for check in CHECKS)


def once_issued(result: CheckResult) -> CheckResult:
    """An invoice that is out already cannot be stopped: a BLOCK is a warning, and somebody is to put it right."""
    return warned(result.check_id, result.reason) if result.verdict == Verdict.BLOCK else result


def stops(results: Sequence[CheckResult]) -> list[CheckResult]:
    """Those that must be put right."""
    return [one for one in results if one.verdict == Verdict.BLOCK]


def score(results: Sequence[CheckResult]) -> tuple[int, int]:
    """(passed, applicable) of the checks."""
    applicable = [one for one in results if one.applies]
    return sum(one.verdict == Verdict.PASSED for one in applicable), len(applicable)


def error_rate(faulty: int, invoices: int) -> Decimal | None:
    """The share of invoices that were wrong, 0 to 1: with an upheld query, or issued anew; None without invoices."""
    return Decimal(faulty) / invoices if invoices else None
