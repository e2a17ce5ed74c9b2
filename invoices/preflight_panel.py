"""Reads what the page of an invoice shows of its checks, as they stand this minute: nothing is written by looking."""

import datetime
from dataclasses import dataclass

from invoices.models import Invoice, PreflightCheck
from invoices.models.agreement import Preflight
from invoices.models.preflight import Verdict
from invoices.preflight import once_issued, preflight, score
from invoices.preflight_cases import CheckResult
from invoices.preflight_facts import invoice_facts
from invoices.preflight_words import CUSTOMER, DOORS, NAMES


@dataclass(frozen=True, slots=True)
class Row:
    """One check with its words; `door` is (address name, id, words) of where it is put right, None where only a new invoice is.

    `ticked`: the stored warning somebody let pass, if it still says the same.
    """

    check_id: str
    name: object
    verdict: str
    reason: str
    door: tuple[str, int, object] | None
    ticked: PreflightCheck | None = None

    @property
    def open(self) -> bool:
        """Whether somebody has yet to look at it."""
        return self.verdict in (Verdict.WARN, Verdict.BLOCK) and self.ticked is None


@dataclass(frozen=True, slots=True)
class Panel:
    """All checks of one invoice: (passed, applicable), what is to be looked at, what is in order, what does not apply."""

    passed: int
    applicable: int
    findings: tuple[Row, ...]
    rest: tuple[Row, ...]

    @property
    def open(self) -> int:
        """How many findings nobody let pass yet."""
        return sum(row.open for row in self.findings)


def panel_of(invoice: Invoice, today: datetime.date) -> Panel:
    """The checks of an invoice on a day, with what was let pass of them; what is out nothing stops, so a BLOCK is a warning."""
    facts = invoice_facts(invoice.business, [invoice], today)[invoice.pk]
    results = preflight(facts)
    stored = {row.check_id: row for row in invoice.preflight.filter(ticked_on__isnull=False).select_related("ticked_by")}
    rows = [_row(invoice, one, stored.get(one.check_id)) for one in results]
    passed, applicable = score(results)
    findings = tuple(row for row in rows if row.verdict == Verdict.WARN)
    return Panel(passed, applicable, findings, tuple(row for row in rows if row.verdict != Verdict.WARN))


def _row(invoice: Invoice, result: CheckResult, stored: PreflightCheck | None) -> Row:
    same = stored is not None and (stored.verdict, stored.reason) == (result.verdict, result.reason[:500])
    door, shown = _door(invoice, result.check_id), once_issued(result)
    return Row(shown.check_id, NAMES[shown.check_id], shown.verdict, shown.reason, door, stored if same else None)


def _door(invoice: Invoice, check_id: str) -> tuple[str, int, object] | None:
    found = DOORS.get(Preflight(check_id))
    if found is None:
        return None
    name, words = found
    of_customer = name in (CUSTOMER, "contact-card")
    return name, invoice.customer_id if of_customer else invoice.pk, words
