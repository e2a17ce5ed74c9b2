"""What people may say about a letter."""

from django import forms
from django.utils.translation import gettext_lazy as _


class CancelLetterForm(forms.Form):
    """Why a letter does not go out."""

    reason = forms.CharField(label=_("Why it must not go out"), max_length=300)
