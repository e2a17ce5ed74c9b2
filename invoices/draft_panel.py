"""Reads what the page of an invoice being made shows: its checks and what it lacks, each with where it is put right.

Nothing is written by looking: the checks are kept when the draft is saved, when a warning is let pass, and when it is issued.
"""

import datetime
from dataclasses import dataclass

from invoices.en16931 import BUSINESS, CUSTOMER, Problem
from invoices.invoicing import faults_of
from invoices.models import DraftInvoice, PreflightCheck
from invoices.models.agreement import Preflight
from invoices.models.preflight import Verdict
from invoices.preflight import preflight, score
from invoices.preflight_facts import draft_facts
from invoices.preflight_words import DOORS, NAMES

Door = tuple[str, int | None]
# Where what a check names is put right; what is not here stands on the invoice itself.
OF_BUSINESS = frozenset({Preflight.PF09})
OF_CUSTOMER = frozenset({"customer-edit", "contact-card", "customer-flags"})


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One verdict in words. `door`: (name of an address, id of its row or None) where it is put right; `ticked`: who let the
    warning pass, while it says the same."""

    check_id: str
    name: object
    verdict: str
    reason: str
    door: Door
    ticked: PreflightCheck | None

    @property
    def blocks(self) -> bool:
        """Whether it stops the invoice."""
        return self.verdict == Verdict.BLOCK

    @property
    def found(self) -> bool:
        """Whether there is something to see."""
        return self.verdict in (Verdict.WARN, Verdict.BLOCK)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something an electronic invoice must not lack, and where it is entered."""

    problem: Problem
    door: Door


@dataclass(frozen=True, slots=True)
class DraftPanel:
    """All that decides whether the invoice may go out: (passed, applicable) of the checks, what is wrong, what is in order."""

    passed: int
    applicable: int
    faults: tuple[Fault, ...]
    findings: tuple[CheckRow, ...]
    rest: tuple[CheckRow, ...]

    @property
    def stopped(self) -> int:
        """How many things must be put right."""
        return len(self.faults) + sum(row.blocks for row in self.findings)

    @property
    def to_tick(self) -> int:
        """How many warnings nobody let pass yet."""
        return sum(row.verdict == Verdict.WARN and row.ticked is None for row in self.findings)

    @property
    def ready(self) -> bool:
        """Whether it may be issued now."""
        return not self.stopped and not self.to_tick


def panel_of(draft: DraftInvoice, today: datetime.date) -> DraftPanel:
    """The draft as its checks see it on this day."""
    results = preflight(draft_facts(draft, today))
    stored = {row.check_id: row for row in draft.preflight.filter(ticked_on__isnull=False).select_related("ticked_by")}
    rows = [_row(draft, one.check_id, one.verdict, one.reason, stored.get(one.check_id)) for one in results]
    passed, applicable = score(results)
    return DraftPanel(
        passed=passed,
        applicable=applicable,
        faults=tuple(Fault(problem, _where(draft, problem)) for problem in faults_of(draft)),
        findings=tuple(sorted((row for row in rows if row.found), key=lambda row: not row.blocks)),
        rest=tuple(row for row in rows if not row.found),
    )


def _row(draft: DraftInvoice, check_id: str, verdict: str, reason: str, stored: PreflightCheck | None) -> CheckRow:
    same = stored is not None and (stored.verdict, stored.reason) == (verdict, reason[:500])
    door = _door(draft, Preflight(check_id))
    return CheckRow(check_id, NAMES[Preflight(check_id)], verdict, reason, door, stored if same else None)


def _where(draft: DraftInvoice, problem: Problem) -> Door:
    if problem.where == BUSINESS:
        return "settings", None
    return ("customer-edit", draft.customer_id) if problem.where == CUSTOMER else ("draft-edit", draft.pk)


def _door(draft: DraftInvoice, check: Preflight) -> Door:
    if check in OF_BUSINESS:
        return "settings", None
    name = DOORS.get(check, ("draft-edit", ""))[0]
    return (name, draft.customer_id) if name in OF_CUSTOMER else ("draft-edit", draft.pk)
