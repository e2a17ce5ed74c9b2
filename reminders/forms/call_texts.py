"""The business's own words for a reason or for a call script."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from customers.reasons import TONES
from reminders.call_wording import check_words
from reminders.forms.wording import in_words
from reminders.liquid_text import WordingError

# Chosen where nobody gives a reason: without it a call could not be noted.
LAST_RESORT = "R20"
MANY = 8
LABELS = {
    "name": lazy("Name"),
    "open": lazy("How it begins"),
    "ask": lazy("What to ask, one question a line"),
    "close": lazy("How it ends"),
    "CANT": lazy("Where they cannot pay"),
    "WONT": lazy("Where they do not want to pay"),
    "SHOULDNT": lazy("Where they contest it"),
    "gatekeeper": lazy("To somebody else"),
    "paraphrase": lazy("Repeating what they said"),
    "heated": lazy("Where it gets heated"),
    "stop": lazy("Where they do not want to be called"),
    "voicemail": lazy("To a machine"),
}


def _text(label: Any, *, rows: int = 2, required: bool = True, **options: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=1000, required=required, widget=widget, **options)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class ReasonForm(forms.Form):
    """How one hears a reason, what to ask and to do, how to speak, when to look again."""

    label = forms.CharField(label=lazy("Name"), max_length=80)
    says = forms.CharField(label=lazy("What one hears"), max_length=200)
    questions = _text(lazy("What to ask, one question a line"), rows=5)
    next = _text(lazy("What to do next"))
    verify = _text(lazy("What to check afterwards"), required=False)
    tone = forms.ChoiceField(label=lazy("How to speak"), choices=list(TONES.items()))
    follow_up = forms.IntegerField(
        label=lazy("Look again after how many business days"),
        help_text=lazy("From the call, or from the day they promised or named; below zero: before it."),
        min_value=-10,
        max_value=60,
    )
    max_uses = forms.IntegerField(
        label=lazy("How often within 180 days before somebody who can decide is asked for"),
        help_text=lazy("0 for no limit."),
        min_value=0,
        max_value=20,
    )
    active = forms.BooleanField(label=lazy("Offered on the call sheet"), required=False)

    def __init__(self, data: Any, *, code: str, values: dict[str, Any], company: str) -> None:
        """`values`: as `customers.call_texts.call_text_of` gives them."""
        super().__init__(data, initial=values | {"questions": "\n".join(values["questions"])})
        self.code = code

    def clean_questions(self) -> list[str]:
        """One to eight of them."""
        found = _lines(self.cleaned_data["questions"])
        if len(found) > MANY:
            raise forms.ValidationError(_("No more than %(many)s: nobody answers more in one call."), params={"many": MANY})
        return found

    def clean_active(self) -> bool:
        """One reason is always there."""
        if self.code == LAST_RESORT and not self.cleaned_data["active"]:
            raise forms.ValidationError(_("“No reason given” stays: a call without a reason could not be noted."))
        return self.cleaned_data["active"]


class ScriptForm(forms.Form):
    """What to say in one kind of call: the parts the shipped script has."""

    def __init__(self, data: Any, *, code: str, values: dict[str, Any], company: str) -> None:
        """`values`: as `customers.call_texts.call_text_of` gives them; `company`: who calls."""
        super().__init__(data, initial={name: "\n".join(part) if name == "ask" else part for name, part in values.items()})
        self.company = company
        for name in values:
            many = name == "ask"
            self.fields[name] = _text(LABELS.get(name, name), rows=4 if many else 3)
        self.fields["name"].widget = forms.TextInput()

    def clean(self) -> dict[str, Any]:
        """Every part is tried on made-up customers; what is wrong is said beside it."""
        data = super().clean()
        for name, text in list(data.items()):
            try:
                check_words(name, text, self.company)
            except WordingError as problem:
                self.add_error(name, in_words(problem))
        if "ask" in data:
            data["ask"] = _lines(data["ask"])
        return data
