"""What the segment of a customer changes: the steps of the policy, and words for whoever speaks to them (domain.md 5). Pure."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from customers.models.customer import Channel
from customers.models.letter import LetterCode
from invoices.models.insight import Segment, SubType
from invoices.segments import Treated
from reminders.cases import NOTHING, Case
from reminders.models import StepCode, Tone
from reminders.timetable import DAYS, PolicyTerms, StepTerms
from reminders.tone import ON_TERMS

# Their courtesy is a mail, where one reaches them.
BY_MAIL = frozenset({Segment.PROMPT, Segment.FORGETFUL})
# A courtesy call a treatment asks for where the policy has none: two weeks before the due date (domain.md 3.2).
COURTESY = StepTerms(StepCode.COURTESY, -14, calls=True)
# An early-warning call counts so long: a sign that comes and goes brings no second one, a call not asked for holds nothing up.
CALLED_LATELY = DAYS(days=14)
FIRM_STEPS = (StepCode.DAY_30, StepCode.DAY_60, StepCode.DAY_90)


@dataclass(frozen=True, slots=True)
class Means:
    """What of a case bears on its treatment. `by_mail`: a mail reaches them; `large`: so much is open that they are rung."""

    by_mail: bool = False
    large: bool = False


def means_of(case: Case, rules: Mapping[str, Any]) -> Means:
    """The means of a case; the threshold is one for each currency (rules["segments"]["prompt_call_from"])."""
    least = rules["segments"]["prompt_call_from"].get(case.currency)
    owed = sum((row.balance for row in case.invoices), NOTHING) if least else NOTHING
    return Means(case.reads_mail, least is not None and owed >= Decimal(least))


def kind_of(treated: Treated | None) -> str:
    """The segment, or the sub-type that is treated in its own way; "" for a customer without one."""
    return (treated.sub_type or treated.segment) if treated else ""


def tailored(policy: PolicyTerms, treated: Treated | None, rules: Mapping[str, Any], means: Means) -> PolicyTerms:
    """The policy as this customer is to be treated; the same where the segment changes nothing in it."""
    return tailored_to(policy, kind_of(treated), rules, means)


def tailored_to(policy: PolicyTerms, kind: str, rules: Mapping[str, Any], means: Means) -> PolicyTerms:
    """The policy for customers of a segment or sub-type, as `kind_of` names it."""
    change = CHANGES.get(kind)
    steps = change(policy, rules["segments"], means) if change else {}
    return replace(policy, steps={**policy.steps, **steps}) if steps else policy


Steps = dict[str, StepTerms]


def _stretcher(policy: PolicyTerms, rules: Mapping[str, Any], means: Means) -> Steps:
    """The courtesy call in any case, the notice by telephone, firm on the terms."""
    steps = _courtesy(policy)
    notice = policy.steps.get(StepCode.NOTICE)
    if notice is not None and rules["stretcher_calls"]:
        steps[StepCode.NOTICE] = replace(notice, calls=True)
    return steps | _toned(policy, ON_TERMS)


def _our_fault(policy: PolicyTerms, rules: Mapping[str, Any], means: Means) -> Steps:
    return _courtesy(policy)


def _courtesy(policy: PolicyTerms) -> Steps:
    return {} if StepCode.COURTESY in policy.steps else {StepCode.COURTESY: COURTESY}


def _forgetful(policy: PolicyTerms, rules: Mapping[str, Any], means: Means) -> Steps:
    """A mail some days before the due date in place of the call, and no sharp word."""
    steps = _toned(policy, Tone.GENTLE)
    if means.by_mail:
        steps[StepCode.COURTESY] = _mail(-rules["pre_due_email_days"])
    return steps


def _prompt(policy: PolicyTerms, rules: Mapping[str, Any], means: Means) -> Steps:
    """A mail on the day of the courtesy call, the call itself only for large sums; the notice some days later."""
    steps: Steps = {}
    courtesy, notice = policy.steps.get(StepCode.COURTESY), policy.steps.get(StepCode.NOTICE)
    if courtesy is not None and means.by_mail and not means.large:
        steps[StepCode.COURTESY] = _mail(courtesy.offset_days)
    if notice is not None:
        steps[StepCode.NOTICE] = replace(notice, offset_days=notice.offset_days + rules["prompt_notice_days"])
    return steps


def _mail(offset_days: int) -> StepTerms:
    """A courtesy by e-mail: it goes by itself."""
    return StepTerms(StepCode.COURTESY, offset_days, letter_code=LetterCode.LC, approve_first=False, channel=Channel.EMAIL)


def _toned(policy: PolicyTerms, tone: str) -> Steps:
    """The later steps in that tone, where the owner set none."""
    steps = (policy.steps[code] for code in FIRM_STEPS if code in policy.steps)
    return {step.code: replace(step, tone=tone) for step in steps if not step.tone}


CHANGES: Mapping[str, Callable[[PolicyTerms, Mapping[str, Any], Means], Steps]] = {
    Segment.STRETCHER: _stretcher,
    Segment.FORGETFUL: _forgetful,
    Segment.PROMPT: _prompt,
    SubType.OUR_FAULT: _our_fault,
}


def money_only(treated: Treated | None) -> bool:
    """Whether no bare promise of theirs is taken: money today or a signed plan."""
    return treated is not None and treated.segment == Segment.PROMISE_BREAKER


def changes_on(treated: Treated | None) -> datetime.date | None:
    """The day on which the treatment ends by itself: an owner's word runs out."""
    return treated.until + DAYS(days=1) if treated and treated.until else None


def advice_for(treated: Treated | None) -> str:
    """What is different with them, for whoever calls or decides; "" where nothing is."""
    return advice_on(kind_of(treated))


def counsel_for(treated: Treated | None) -> str:
    """The advice with the name of the segment before it: "Stretches the terms: ..."; "" where there is none."""
    kind = kind_of(treated)
    return f"{named(kind)}: {advice_on(kind)}" if advice_on(kind) else ""


def named(kind: str) -> str:
    """The name of a segment, or of a sub-type that is treated in its own way."""
    return str((SubType if kind in SubType.values else Segment)(kind).label) if kind else ""


def advice_on(kind: str) -> str:
    """The advice for a segment or sub-type, as `kind_of` names it."""
    words = {
        Segment.LEGAL_BLOCK: _("Nothing is asked for, the owner decides."),
        Segment.PROMISE_BREAKER: _(
            "Take no further promise, only money today or a signed plan. Speak to somebody who can decide."
        ),
        Segment.DETERIORATING: _("Call before any letter goes, listen for a lack of cash, let the debt grow no further."),
        SubType.OUR_FAULT: _("Call about each invoice early, and look it through before: most queries were right."),
        SubType.TACTICAL: _("Ask for queries in writing within 7 days of the delivery, and for the undisputed part at once."),
        Segment.STRETCHER: _(
            "Have the payment run confirmed on each call, stay firm on the agreed terms. For new orders suggest 7 or 14 days."
        ),
        Segment.FORGETFUL: _("Write before the due date, offer a standing transfer or direct debit: they pay when reminded."),
        Segment.PROMPT: _("A mail instead of the courtesy call, a few days' patience, and thanks."),
        Segment.NEW: _("The courtesy call in full, and the contact checked first."),
    }
    return str(words.get(kind, ""))
