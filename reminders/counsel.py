"""What whoever does a task of the engine should know before: why it is there, whom to speak to, what not to accept. Pure."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from reminders.cases import Fire
from reminders.freezing import frozen_tone
from reminders.models import StepCode
from reminders.tone import advice
from reminders.treatments import counsel_for, money_only
from reminders.verdicts import Verdicts

MONEY_TODAY = lazy("Promises were broken: take no further one, only money today.")
MONEY_OR_PLAN = lazy("Promises were broken: take no further one, only money today or a signed plan.")


def reason_of(verdict: Verdicts, fire: Fire) -> str:
    """Why the step was taken, and what to know before, as the text of its task."""
    return " ".join(str(part) for part in (fire.reason, *_counsel(verdict, fire)) if part)


def tone_for(verdict: Verdicts, fire: Fire) -> dict[str, str]:
    """The tone of this step for this customer, as letters freeze it."""
    customer, step = verdict.customer, verdict.setting.policy.steps[fire.step]
    return frozen_tone(fire, step, diagnosis=customer.approach, vulnerable=customer.vulnerable)


def _counsel(verdict: Verdicts, fire: Fire) -> Iterator[str]:
    customer, step = verdict.customer, verdict.setting.policy.steps[fire.step]
    if verdict.case.represented:
        yield _("Represented: speak to the representative only.")
    asks_money = step.calls and fire.step != StepCode.COURTESY
    if asks_money:
        yield advice(step.code, customer.approach, tone_for(verdict, fire)["tone"], plan_barred=verdict.case.plan_barred)
    yield counsel_for(verdict.case.treated)
    if asks_money:
        yield from _not_to_accept(verdict)


def _not_to_accept(verdict: Verdicts) -> Iterator[str]:
    barred = verdict.case.plan_barred
    if verdict.case.money_only and not money_only(verdict.case.treated):
        yield MONEY_TODAY if barred else MONEY_OR_PLAN
    if barred:
        yield _("No new payment plan can be agreed: one runs, or ended unpaid lately.")
