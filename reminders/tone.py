"""How a letter or call speaks: from the diagnosis and the step (mission P21, domain.md 3.2, 4.1). Pure."""

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from customers.models.customer import Approach
from reminders.models import StepCode, Tone
from reminders.timetable import RANK


class Voice(TextChoices):
    """The tones a letter or call may have; stored with the letter."""

    SERVICE = "service", lazy("Service")
    FRIENDLY = "friendly", lazy("Friendly")
    FRIENDLY_FIRM = "friendly_firm", lazy("Friendly and clear")
    LISTENING = "listening", lazy("Listening")
    HELPFUL = "helpful", lazy("Helpful")
    SYMPATHETIC = "sympathetic", lazy("Sympathetic")
    FIRM = "firm", lazy("Firm")


BY_STEP = {StepCode.NOTICE: Voice.FRIENDLY, StepCode.DAY_30: Voice.FRIENDLY_FIRM}
BY_DIAGNOSIS = {Approach.ADMIN: Voice.HELPFUL, Approach.NOT_YET: Voice.FRIENDLY_FIRM, Approach.CANT: Voice.SYMPATHETIC}
# The wish of a step to hold to what was agreed: firm where nothing stands in the way of paying (domain.md 5, STRETCHER).
ON_TERMS = "terms"
REFUSING = (Approach.WONT, Approach.SHOULDNT)
SERVICE_STEPS = (StepCode.VERIFY_AP, StepCode.SATISFACTION, StepCode.COURTESY)


def tone_of(
    step: str, diagnosis: str, *, wanted: str = Tone.BY_DIAGNOSIS, first_contact: bool = False, vulnerable: bool = False
) -> Voice:
    """The tone of a step's letter or call. `diagnosis`: Customer.approach; `wanted`: the step's own tone in the policy, or
    ON_TERMS.

    Never firm at first contact, never firm for the vulnerable, whatever the policy says (domain.md 3.4, 7.4).
    """
    if step in SERVICE_STEPS:
        return Voice.SERVICE
    voice = Voice.FIRM if wanted == Tone.FIRM or _insists(step, diagnosis, wanted) else _diagnosed(step, diagnosis)
    if voice == Voice.FIRM and (first_contact or vulnerable):
        voice = Voice.FRIENDLY_FIRM
    if wanted == Tone.GENTLE and voice in (Voice.FIRM, Voice.FRIENDLY_FIRM):
        voice = Voice.FRIENDLY
    return voice


def _insists(step: str, diagnosis: str, wanted: str) -> bool:
    """Who merely stretches the terms is held to them from the 60-day step on; who cannot pay, or has a query, is heard."""
    heard = (Approach.ADMIN, Approach.CANT, Approach.SHOULDNT)
    return wanted == ON_TERMS and diagnosis not in heard and RANK.get(step, -1) >= RANK[StepCode.DAY_60]


def _diagnosed(step: str, diagnosis: str) -> Voice:
    """Firm only with those who will not pay, or think they should not, and only from the 90-day step on (domain.md 3.2)."""
    if diagnosis in REFUSING:
        return Voice.FIRM if RANK.get(step, -1) >= RANK[StepCode.DAY_90] else Voice.FRIENDLY_FIRM
    if diagnosis == Approach.NOT_YET and step == StepCode.NOTICE:
        return Voice.FRIENDLY
    return BY_DIAGNOSIS.get(diagnosis) or BY_STEP.get(step, Voice.LISTENING)


def advice(step: str, diagnosis: str, voice: str, *, plan_barred: bool = False) -> str:
    """One sentence for whoever makes the call of this step; "" where the diagnosis says nothing (domain.md 4.1, 4.3)."""
    said = {
        Approach.ADMIN: _("Something administrative is in the way: ask what is missing and send it while you talk."),
        Approach.NOT_YET: _("Has not got round to it: ask for a date and an amount, this week."),
        Approach.CANT: _short_of_money(step, plan_barred=plan_barred),
        Approach.WONT: _("Does not want to pay: be firm, name a date and an amount, threaten nothing.")
        if voice == Voice.FIRM
        else _("Does not want to pay: be clear and polite, ask for a date and an amount."),
        Approach.SHOULDNT: _("Thinks they should not pay: ask for the document, take the undisputed part now."),
    }
    return said.get(diagnosis, "")


def _short_of_money(step: str, *, plan_barred: bool) -> str:
    if plan_barred:
        return _("Short of money: listen, then hear what is possible.")
    if RANK.get(step, -1) >= RANK[StepCode.DAY_90]:
        return _("Short of money: offer a signed plan that can be kept, or hear what is possible.")
    return _("Short of money: listen, then offer a plan.")
