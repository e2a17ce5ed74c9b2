"""Whom an owner lets in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models.business import Role


class InviteForm(forms.Form):
    """Somebody's address, and what they may do."""

    email = forms.EmailField(label=_("E-mail address"))
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Role.choices,
        initial=Role.BOOKKEEPER,
        help_text=_("A bookkeeper does the daily work. Settings, members, settlements and write-offs are the owner's."),
    )


class RoleForm(forms.Form):
    """What a member may do from now on."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
