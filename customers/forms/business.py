"""What an owner may write about the business."""

import re
from typing import Any
from zoneinfo import available_timezones

from babel.numbers import list_currencies
from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from arcollect.money import parse_locale
from arcollect.pictures import LIMIT_BYTES, picture_type
from customers.forms.contact import PhoneField
from customers.forms.customer import countries
from customers.models import Business

# (heading, fields) in the order of the page
SECTIONS = [
    (_("Who you are"), ["name", "legal_name", "street", "city", "postal_code", "region", "country", "tax_id", "registration"]),
    (_("How customers reach you"), ["phone", "email", "website"]),
    (_("Where they pay"), ["account_holder", "bank_name", "iban", "bic", "account_details", "payment_link"]),
    (_("Terms, and who signs"), ["terms_days", "terms_text", "signatory", "signatory_role", "signatory_phone"]),
    (_("Language, money and time"), ["language", "currency", "time_zone"]),
]


def is_iban(text: str) -> bool:
    """Whether an account number without spaces passes the check of ISO 13616 (domain.md PF09): remainder 1 by 97."""
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", text):
        return False
    return int("".join(str(int(character, 36)) for character in text[4:] + text[:4])) % 97 == 1


class BusinessForm(forms.ModelForm):
    """Everything that stands on letters, and what the calendar goes by."""

    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")

    class Meta:
        model = Business
        fields = [name for _heading, names in SECTIONS for name in names]
        widgets = {"account_details": forms.Textarea(attrs={"rows": 3}), "terms_text": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        self.fields["country"].widget = forms.Select(choices=countries(language))
        self.fields["language"].widget = forms.Select(choices=settings.LETTER_LANGUAGES)
        names = parse_locale(language).currencies
        codes = sorted(code for code in list_currencies() if code in names)
        self.fields["currency"].widget = forms.Select(choices=[(code, f"{code} · {names[code]}") for code in codes])
        self.fields["time_zone"].widget = forms.Select(choices=[(zone, zone) for zone in sorted(available_timezones())])
        for name in ("phone", "signatory_phone"):
            self.fields[name] = PhoneField(region=self.instance.country, label=self.fields[name].label)

    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """(heading, fields) pairs for the page."""
        return [(heading, [self[name] for name in names]) for heading, names in SECTIONS]

    def clean_iban(self) -> str:
        """Without spaces, and only if its check digits are right: money sent to a mistyped account is gone."""
        iban = re.sub(r"\s", "", self.cleaned_data["iban"]).upper()
        if iban and not is_iban(iban):
            raise forms.ValidationError(_("This IBAN has a typing error: its check digits do not fit."))
        return iban

    def clean_bic(self) -> str:
        """Eight or eleven letters and digits."""
        bic = re.sub(r"\s", "", self.cleaned_data["bic"]).upper()
        if bic and not re.fullmatch(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?", bic):
            raise forms.ValidationError(_("A BIC has 8 or 11 letters and digits, such as DEUTDEFF."))
        return bic

    def clean_payment_link(self) -> str:
        """An address that browsers open and nothing else: it ends up in mails to customers."""
        link = self.cleaned_data["payment_link"]
        if link and not link.startswith("https://"):
            raise forms.ValidationError(_("The link must begin with https://."))
        return link


class LogoForm(forms.Form):
    """A picture for the letterhead."""

    logo = forms.FileField(
        label=_("Picture"),
        help_text=_("PNG or JPEG, at most 1 MB. It is printed 18 mm high."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
    )

    def clean_logo(self) -> tuple[bytes, str]:
        """(bytes, content type) of a picture, found out from its content."""
        upload: UploadedFile = self.cleaned_data["logo"]
        if upload.size > LIMIT_BYTES:
            raise forms.ValidationError(_("The picture is larger than 1 MB. Save it smaller and try again."))
        content = upload.read()
        kind = picture_type(content)
        if kind is None:
            raise forms.ValidationError(_("This is no PNG or JPEG picture, whatever its name says."))
        return content, kind
