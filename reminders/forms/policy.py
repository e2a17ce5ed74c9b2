"""What an owner may write into a policy, and who follows it."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from arcollect.money import format_plain, precision, quantize
from customers.models.customer import Channel
from customers.models.letter import LetterCode
from reminders.models import Basis, Policy, Step, StepCode, Tone
from reminders.policies import STEP_FIELDS, Draft, title
from reminders.timetable import DUNNING

LETTER_STEP = ("enabled", "offset_days", "basis", "letter_code", "channel", "tone", "approve_first")
CALL_STEP = (*LETTER_STEP, "calls")
# What may be set of each step. A courtesy call is always a call and counts from the due date; the owner's decision has its day
# from the 90-day step. The two service steps come with a new invoice, whatever the day.
EDITED = {
    StepCode.VERIFY_AP: ("enabled",),
    StepCode.SATISFACTION: ("enabled", "channel", "approve_first"),
    StepCode.COURTESY: ("enabled", "offset_days"),
    StepCode.NOTICE: LETTER_STEP,
    StepCode.DAY_30: LETTER_STEP,
    StepCode.DAY_60: CALL_STEP,
    StepCode.DAY_90: CALL_STEP,
    StepCode.DECIDE: ("enabled",),
}
NOTES = {
    StepCode.VERIFY_AP: lazy("A call with a new invoice, where nobody checked name and address for half a year."),
    StepCode.SATISFACTION: lazy("A letter in the first days of a new invoice: was all as ordered? It asks for no money."),
    StepCode.DECIDE: lazy("Comes when nothing followed the 90-day step: the owner decides what happens next."),
}
# The other letters belong to something that happened, or need the owner's word each time (domain.md 7.3).
LETTERS = [(code.value, code.label) for code in (LetterCode.L1, LetterCode.L30, LetterCode.L60, LetterCode.L90)]
TONES = [choice for choice in Tone.choices if choice[0]]
# Nobody hears of the 90-day step first (domain.md 3.5).
ENTRY_STEPS = [(code.value, code.label) for code in (StepCode.NOTICE, StepCode.DAY_30, StepCode.DAY_60)]


class StepForm(forms.Form):
    """One step of a policy, with the fields that step has."""

    enabled = forms.BooleanField(label=lazy("On"), required=False)
    offset_days = forms.IntegerField(label=lazy("Days"), required=False, min_value=-120, max_value=365)
    basis = forms.ChoiceField(
        label=lazy("Counted from"),
        required=False,
        choices=[
            ("", lazy("As the policy")),
            (Basis.DUE, lazy("The due date")),
            (Basis.INVOICE, lazy("The invoice date")),
        ],
    )
    letter_code = forms.ChoiceField(label=lazy("Letter"), required=False, choices=[("", lazy("No letter")), *LETTERS])
    channel = forms.ChoiceField(label=lazy("Goes by"), required=False, choices=[("", lazy("As the customer")), *Channel.choices])
    tone = forms.ChoiceField(label=lazy("Tone"), required=False, choices=[("", lazy("By the reason")), *TONES])
    approve_first = forms.BooleanField(label=lazy("Somebody approves the letter first"), required=False)
    calls = forms.BooleanField(label=lazy("Call first; the letter says what was said"), required=False)

    def __init__(self, *args: Any, step: Step, **kwargs: Any) -> None:
        self.step = step
        names = EDITED[step.code]
        initial = {name: getattr(step, name) for name in names}
        super().__init__(*args, initial=initial, prefix=f"step-{step.code}", **kwargs)
        self.fields = {name: self.fields[name] for name in self.fields if name in names}

    @property
    def label(self) -> str:
        """The name of the step."""
        return str(StepCode(self.step.code).label)

    @property
    def note(self) -> str:
        """When a step comes whose day is not set here; "" for the others."""
        return str(NOTES.get(self.step.code, ""))

    @property
    def enabled_now(self) -> bool:
        """Whether the step is on, as far as is known."""
        return bool(self["enabled"].value())

    @property
    def rows(self) -> list[forms.BoundField]:
        """The fields below the switch."""
        return [self[name] for name in self.fields if name != "enabled"]

    def clean(self) -> dict[str, Any]:
        """A step that is on has its days, on the right side of the due date (T19), and something to do."""
        data = super().clean()
        if not data.get("enabled") or self.errors or "offset_days" not in self.fields:
            return data
        days = data["offset_days"]
        if days is None:
            self.add_error("offset_days", _("How many days?"))
        elif self.step.code == StepCode.COURTESY and days >= 0:
            self.add_error("offset_days", _("This call comes before the due date: a negative number, such as -14."))
        elif self.step.code in DUNNING and days < 1:
            self.add_error("offset_days", _("Nobody is reminded before the money is overdue: 1 day or more."))
        if "letter_code" in self.fields and not data["letter_code"] and not data.get("calls"):
            self.add_error("letter_code", _("Choose a letter, or switch the step off."))
        return data

    def drafted(self) -> Step:
        """The step as the form says it, not stored; the days of a step that is off may stay open."""
        values = {name: getattr(self.step, name) for name in STEP_FIELDS}
        values |= {name: value for name, value in self.cleaned_data.items() if value is not None}
        return Step(**values)


class PolicyForm(forms.Form):
    """All a policy says, with a form for each step in `steps`. `version`: the one somebody looked at while changing it."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    basis = forms.ChoiceField(label=lazy("Days count from"), choices=Basis.choices)
    min_gap_days = forms.IntegerField(
        label=lazy("Days between letters"),
        min_value=1,
        max_value=90,
        help_text=lazy("After any letter a customer is left in peace for so long. A first notice may come sooner."),
    )
    entry_cap = forms.ChoiceField(
        label=lazy("Nobody starts above"),
        choices=ENTRY_STEPS,
        help_text=lazy("The first step of an invoice nobody was asked for yet, however late it is."),
    )
    smallest = forms.DecimalField(
        label=lazy("Smallest sum worth a letter"),
        min_value=0,
        max_digits=12,
        decimal_places=2,
        help_text=lazy("In currencies without a sum of their own."),
    )

    def __init__(self, *args: Any, draft: Draft, version: int, currencies: Iterable[str], **kwargs: Any) -> None:
        self.draft = draft
        amounts = draft.fields["min_balance"]
        self.currencies = sorted({*currencies, *amounts} - {"default"})
        initial = {**draft.fields, "version": version, "smallest": amounts.get("default", "0")}
        initial |= {f"smallest_{code}": amounts.get(code) for code in self.currencies}
        super().__init__(*args, initial=initial, **kwargs)
        for code in self.currencies:
            self.fields[f"smallest_{code}"] = _amount(_("in %(currency)s") % {"currency": code})
        by_code = {step.code: step for step in draft.steps}
        self.steps = [StepForm(self.data if self.is_bound else None, step=by_code[code]) for code in EDITED if code in by_code]

    def thresholds(self) -> list[forms.BoundField]:
        """The smallest sums by currency."""
        return [self[f"smallest_{code}"] for code in self.currencies]

    def is_valid(self) -> bool:
        """Whether the policy and all its steps are."""
        return super().is_valid() and all(step.is_valid() for step in self.steps)

    def problems(self) -> list[tuple[str, str]]:
        """(where, what) of everything that is wrong, for whoever sees the picture only."""
        own = [(str(self[name].label) if name in self.fields else "", errors) for name, errors in self.errors.items()]
        of_steps = [(step.label, errors) for step in self.steps for errors in step.errors.values()]
        return [(where, error) for where, errors in [*of_steps, *own] for error in errors]

    def clean(self) -> dict[str, Any]:
        """Later steps come later, an amount fits its currency, and the entry step is one that exists."""
        data = super().clean()
        if all(step.is_valid() for step in self.steps):
            self._check_order()
            self._check_entry(data.get("entry_cap"))
        for code in self.currencies:
            amount = data.get(f"smallest_{code}")
            if amount is not None and quantize(amount, code) != amount:
                words = _("%(currency)s has this many decimals: %(count)d.")
                self.add_error(f"smallest_{code}", words % {"currency": code, "count": precision(code)})
        return data

    def _check_order(self) -> None:
        days = [(step, step.cleaned_data["offset_days"]) for step in self._dunning()]
        for (before, earlier), (step, later) in pairwise(days):
            if later <= earlier:
                words = _("It comes after “%(step)s”, which is at %(days)d: more days than that.")
                step.add_error("offset_days", words % {"step": before.label, "days": earlier})

    def _check_entry(self, entry_cap: str | None) -> None:
        enabled = {step.step.code for step in self._dunning()}
        if entry_cap and entry_cap not in enabled:
            self.add_error("entry_cap", _("This step is off: choose one that is on."))

    def _dunning(self) -> Iterator[StepForm]:
        """The dunning steps that are on, in their order."""
        return (step for step in self.steps if step.step.code in DUNNING and step.cleaned_data["enabled"])

    def drafted(self) -> Draft:
        """The policy as the form says it."""
        data = self.cleaned_data
        amounts = {"default": f"{data['smallest']:.2f}"}
        given: dict[str, Decimal | None] = {code: data[f"smallest_{code}"] for code in self.currencies}
        amounts |= {code: format_plain(amount, code) for code, amount in given.items() if amount is not None}
        fields = {name: data[name] for name in ("basis", "min_gap_days", "entry_cap")}
        kept = [step for step in self.draft.steps if step.code not in EDITED]
        return Draft(fields | {"min_balance": amounts}, [*kept, *(step.drafted() for step in self.steps)])


def _amount(label: str) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, min_value=0, max_digits=12, decimal_places=3)


class CopyForm(forms.Form):
    """The name of a policy to be made from another."""

    name = forms.CharField(
        label=lazy("Name"), max_length=100, help_text=lazy("Such as “Public authorities”. It stays: customers follow it by name.")
    )


class CustomerPolicyForm(forms.Form):
    """Which policy a customer follows; nothing chosen is the business's own."""

    policy = forms.ChoiceField(label=lazy("Policy"), required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, policies: Iterable[Policy], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = next((policy for policy in policies if policy.is_default), None)
        default = _("The business's own (%(policy)s)") % {"policy": title(own.name) if own else ""}
        self.fields["policy"].choices = [("", default), *((policy.name, title(policy.name)) for policy in policies)]
