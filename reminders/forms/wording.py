"""What people may write into the texts of letters, and into one letter."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from customers.models import Customer
from reminders.letter_facts import LetterFacts
from reminders.liquid_text import LONGEST_TEXT, WordingError
from reminders.wording_check import Threat, check, refuse_loud


class WordingForm(forms.Form):
    """The text of a letter or of the e-mail around it, and whom to try it on. `threats`: what a valid one should be warned of."""

    text = forms.CharField(
        label=lazy("Text"),
        strip=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 22, "spellcheck": "true", "class": "form-control wording"}),
        help_text=lazy("The first line is the subject, the rest paragraphs with blank lines between them."),
    )
    customer = forms.ModelChoiceField(
        label=lazy("Try it on"), queryset=Customer.objects.none(), required=False, empty_label=lazy("A made-up customer")
    )

    def __init__(
        self, *args: Any, code: str, samples: Sequence[tuple[object, LetterFacts]], customers: Sequence[Customer], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.code, self.samples, self.threats = code, samples, list[Threat]()
        self.fields["customer"].queryset = Customer.objects.filter(pk__in=[customer.pk for customer in customers]).order_by(
            "name"
        )

    def clean_text(self) -> str:
        """As it will be kept, and only if a letter of every kind can be written with it."""
        text = "\n".join(self.cleaned_data["text"].splitlines()).strip() + "\n"
        try:
            self.threats = check(self.code, text, self.samples)
        except WordingError as problem:
            raise forms.ValidationError(in_words(problem)) from problem
        return text


def in_words(problem: WordingError) -> str:
    """The problem with its line, where that is known."""
    return _("Line %(line)s: %(problem)s") % {"line": problem.line, "problem": problem} if problem.line else str(problem)


class LetterWordsForm(forms.Form):
    """The words of one letter."""

    subject = forms.CharField(label=lazy("Subject"), max_length=200)
    body = forms.CharField(
        label=lazy("Text"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "true", "class": "form-control wording"}),
        help_text=lazy("Paragraphs with blank lines between them. The table, the sums and where to pay follow by themselves."),
    )

    def __init__(self, *args: Any, company: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.company = company

    def clean_subject(self) -> str:
        """One line that gives nothing away."""
        subject = " ".join(self.cleaned_data["subject"].split())
        try:
            refuse_loud(subject, self.company)
        except WordingError as problem:
            raise forms.ValidationError(str(problem)) from problem
        return subject

    def clean_body(self) -> str:
        """With one kind of line end."""
        return "\n".join(self.cleaned_data["body"].splitlines()).strip()
