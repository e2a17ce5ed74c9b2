"""Writes what the preflight found: the only writer of PreflightCheck (domain.md 8).

Of a draft all eighteen verdicts are kept. Of an invoice that is out only what somebody should look at: a ledger of 100,000
invoices would keep two million rows that say "in order".
"""

import datetime
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from customers import log
from customers.desk import ask_to_verify
from customers.models import Business, ImportBatch, User
from invoices.models import DraftInvoice, Invoice, PreflightCheck
from invoices.models.agreement import Preflight
from invoices.models.preflight import Verdict
from invoices.preflight import preflight
from invoices.preflight_cases import CheckResult
from invoices.preflight_facts import draft_facts, invoice_facts

BATCH = 1000
FINDINGS = (Verdict.WARN, Verdict.BLOCK)


class TickError(ValueError):
    """The check cannot be let pass; the message says why."""


@transaction.atomic
def check_draft(*, draft: DraftInvoice, on: datetime.date) -> list[PreflightCheck]:
    """Checks an invoice being made and keeps every verdict; a warning that says the same as before stays ticked."""
    results = preflight(draft_facts(draft, on))
    before = {row.check_id: row for row in draft.preflight.select_for_update()}
    rows = [_row(draft.business_id, one, before.get(one.check_id), on, draft=draft) for one in results]
    if {(row.check_id, row.verdict) for row in rows} != {(row.check_id, row.verdict) for row in before.values()}:
        verdicts = {str(one.check_id): str(one.verdict) for one in results if one.verdict in FINDINGS}
        log.record(draft.business, "preflight.checked", f"draft:{draft.pk}", customer=draft.customer, findings=verdicts)
    PreflightCheck.objects.filter(draft=draft).delete()
    _verify_first(draft, results, on)
    return PreflightCheck.objects.bulk_create(rows)


@transaction.atomic
def check_invoices(*, business: Business, invoices: Sequence[Invoice], on: datetime.date) -> int:
    """Checks invoices that are out, a thousand at a time with a fixed number of queries, and keeps what was found.

    Nothing can be stopped any more: a BLOCK is kept as what keeps it from being paid, and shown and let pass as a warning.
    Returns how many findings there are.
    """
    found = 0
    for start in range(0, len(invoices), BATCH):
        found += _check_batch(business, invoices[start : start + BATCH], on)
    return found


def check_open(*, business: Business, on: datetime.date, batch: ImportBatch | None = None) -> int:
    """Checks the open invoices that are not due yet, of one import or all, and returns the number of findings.

    What is overdue already is the reminders' business; a finding it had stays, and is looked at again from its page.
    """
    rows = Invoice.objects.filter(business=business, balance__gt=0, due_on__gte=on)
    return _in_batches(business, rows.filter(import_batch=batch) if batch else rows, on)


def check_again(*, business: Business, on: datetime.date) -> int:
    """Checks what `check_open` does, and the overdue invoices something was found of: it may have been put right."""
    found = PreflightCheck.objects.filter(business=business, invoice__isnull=False).values("invoice")
    overdue = Invoice.objects.filter(pk__in=found, balance__gt=0, due_on__lt=on)
    return check_open(business=business, on=on) + _in_batches(business, overdue, on)


def to_check(ids: Iterable[int]) -> list[Invoice]:
    """Invoices with all that their checks read, in three queries."""
    rows = Invoice.objects.filter(pk__in=list(ids)).select_related("customer", "detail")
    return list(rows.prefetch_related("lines"))


@transaction.atomic
def tick(*, check: PreflightCheck, actor: User, on: datetime.date) -> None:
    """Lets a warning pass, by this person on this day. TickError for what is in order, or stops a draft."""
    stored = PreflightCheck.objects.select_for_update().get(pk=check.pk)
    if stored.verdict not in FINDINGS or (stored.draft_id and stored.verdict == Verdict.BLOCK):
        raise TickError(stored.get_verdict_display())
    if stored.ticked_on is None:
        PreflightCheck.objects.filter(pk=stored.pk).update(ticked_by=actor, ticked_on=on)
        _tell(stored, "preflight.ticked", actor)


@transaction.atomic
def untick(*, check: PreflightCheck, actor: User) -> None:
    """Takes it back that a warning may pass."""
    if PreflightCheck.objects.filter(pk=check.pk, ticked_on__isnull=False).update(ticked_by=None, ticked_on=None):
        _tell(check, "preflight.unticked", actor)


@transaction.atomic
def hand_on(*, draft: DraftInvoice, invoice: Invoice) -> None:
    """The warnings somebody let pass go with the draft to the invoice it became, with who did and when."""
    PreflightCheck.objects.filter(draft=draft, verdict=Verdict.WARN).update(draft=None, invoice=invoice)


def blocks(checks: Iterable[PreflightCheck]) -> list[PreflightCheck]:
    """What stops the draft from being issued."""
    return [check for check in checks if check.verdict == Verdict.BLOCK]


def unticked(checks: Iterable[PreflightCheck]) -> list[PreflightCheck]:
    """The warnings nobody let pass yet."""
    return [check for check in checks if check.verdict == Verdict.WARN and check.ticked_on is None]


def _verify_first(draft: DraftInvoice, results: Sequence[CheckResult], on: datetime.date) -> None:
    """Before an invoice goes to somebody nobody verified, that call is on the desk (P17)."""
    doubted = any(one.check_id == Preflight.PF04 and one.verdict == Verdict.WARN for one in results)
    if doubted:
        ask_to_verify(
            customer=draft.customer,
            opens_on=on,
            due_on=max(on, draft.issue_on),
            reason=_("An invoice is being made: check who gets it, and where, before it goes."),
        )


def _in_batches(business: Business, rows: QuerySet[Invoice], on: datetime.date) -> int:
    """Checks the rows a thousand at a time: only their ids are read at once."""
    ids, found = list(rows.order_by("pk").values_list("pk", flat=True)), 0
    for start in range(0, len(ids), BATCH):
        found += check_invoices(business=business, invoices=to_check(ids[start : start + BATCH]), on=on)
    return found


def _check_batch(business: Business, invoices: Sequence[Invoice], on: datetime.date) -> int:
    facts = invoice_facts(business, invoices, on)
    before = {(row.invoice_id, row.check_id): row for row in PreflightCheck.objects.filter(invoice__in=list(facts))}
    rows = [
        _row(business.pk, one, before.get((pk, one.check_id)), on, invoice_id=pk)
        for pk, each in facts.items()
        for one in preflight(each)
        if one.verdict in FINDINGS
    ]
    was = {key: (row.verdict, row.reason) for key, row in before.items()}
    now = {(row.invoice_id, row.check_id): (row.verdict, row.reason) for row in rows}
    if was == now:
        return len(rows)
    # Only what changed is written: most findings of most nights are those of the night before.
    gone = [row.pk for key, row in before.items() if now.get(key) != was[key]]
    PreflightCheck.objects.filter(pk__in=gone).delete()
    fresh = [row for row in rows if was.get((row.invoice_id, row.check_id)) != (row.verdict, row.reason)]
    PreflightCheck.objects.bulk_create(fresh, batch_size=2000)
    log.record(business, "preflight.run", f"business:{business.pk}", invoices=len(facts), found=len(fresh), gone=len(gone))
    return len(rows)


def _row(
    business_id: int, result: CheckResult, before: PreflightCheck | None, on: datetime.date, **about: object
) -> PreflightCheck:
    reason = result.reason[:500]
    row = PreflightCheck(
        business_id=business_id, check_id=result.check_id, verdict=result.verdict, reason=reason, checked_on=on, **about
    )
    if before is not None and (before.verdict, before.reason) == (row.verdict, reason):
        row.ticked_by_id, row.ticked_on = before.ticked_by_id, before.ticked_on
    return row


def _tell(check: PreflightCheck, kind: str, actor: User) -> None:
    """The Event of what a person did about a check, on the invoice or draft it is of."""
    about = check.invoice or check.draft
    subject = f"invoice:{check.invoice_id}" if check.invoice_id else f"draft:{check.draft_id}"
    log.record(check.business, kind, subject, customer=about.customer, actor=actor, check=check.check_id)
