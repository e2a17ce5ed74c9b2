"""What people may say about a step to come."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from arcollect.filters import day
from reminders.skipping import Coming


class SkipStepForm(forms.Form):
    """Which step is left out, and why."""

    step = forms.ChoiceField(
        label=lazy("Step"), widget=forms.RadioSelect, help_text=lazy("The steps before it are left out with it.")
    )
    reason = forms.CharField(label=lazy("Why this step is left out"), max_length=200)

    def __init__(self, *args: Any, steps: Sequence[Coming], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {step.key: step for step in reversed(steps)}
        choices = [(step.key, _words(step)) for step in dict.fromkeys(known[step.key] for step in steps)]
        self.fields["step"].choices = choices
        if choices:
            self.fields["step"].initial = choices[0][0]


def _words(step: Coming) -> str:
    """ "30 days, USD: from Mar 16, 2026, for 2 invoices"."""
    invoices = ngettext("%(n)d invoice", "%(n)d invoices", step.invoices) % {"n": step.invoices}
    when = _("from %(day)s") % {"day": day(step.on)} if step.on else _("waits now")
    return _("%(step)s, %(currency)s: %(when)s, for %(invoices)s") % {
        "step": step.label,
        "currency": step.currency,
        "when": when,
        "invoices": invoices,
    }
