"""What people may write about a contact."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arcollect.phones import parse_phone, show_phone
from customers.models import Contact


class PhoneField(forms.CharField):
    """A telephone number as people type it in `region`; its value is E.164 ("+14155550123"), or "" for none."""

    def __init__(self, *, region: str, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=40, widget=forms.TextInput(attrs={"type": "tel"}), **kwargs)
        self.region = region

    def prepare_value(self, value: str | None) -> str | None:
        """A stored number as people write it; what somebody typed stays as typed."""
        return show_phone(value, self.region) if value and value == parse_phone(value, self.region) else value

    def clean(self, value: str | None) -> str:
        """E.164, or a message that says what a number looks like."""
        raw = super().clean(value)
        if not raw:
            return ""
        number = parse_phone(raw, self.region)
        if number is None:
            message = _("“%(raw)s” is no telephone number. Write it as you would dial it, or with the country: +49 30 23125 100.")
            raise forms.ValidationError(message, params={"raw": raw})
        return number


class ContactForm(forms.ModelForm):
    """A person, or an inbox, at a customer."""

    class Meta:
        model = Contact
        fields = ["name", "role", "email", "phone", "fax", "notes"]
        widgets = {"notes": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("phone", "fax"):
            self.fields[name] = PhoneField(region=region, label=self.fields[name].label)

    def clean(self) -> dict[str, Any]:
        """A contact nobody can reach is none."""
        data = super().clean()
        if not self.errors and not any(data.get(name) for name in ("name", "email", "phone", "fax")):
            raise forms.ValidationError(_("Give at least a name, an e-mail address or a number."))
        return data
