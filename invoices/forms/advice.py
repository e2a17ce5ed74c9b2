"""What a payer wrote about a payment: pasted, or in a file."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from invoices.imports.problems import ImportProblem
from invoices.remittance_files import MOST_LETTERS, advice_text


class AdviceForm(forms.Form):
    """The text of a remittance advice; what stands in the file goes before what was pasted."""

    text = forms.CharField(
        label=_("What they wrote"),
        required=False,
        max_length=MOST_LETTERS,
        help_text=_("Paste the e-mail, or the table in it."),
        widget=forms.Textarea(attrs={"rows": 12, "autofocus": True}),
    )
    file = forms.FileField(
        label=_("Or their file"),
        required=False,
        help_text=_("PDF, CSV, Excel or plain text."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.csv,.txt,.xlsx,.xls,.ods"}),
    )

    def clean_file(self) -> UploadedFile | None:
        """Refuses what is too large before it is read."""
        file = self.cleaned_data["file"]
        if file and file.size > settings.UPLOAD_LIMIT_BYTES:
            limit = filesizeformat(settings.UPLOAD_LIMIT_BYTES)
            raise forms.ValidationError(_("The file is larger than %(limit)s."), params={"limit": limit})
        return file

    def clean(self) -> dict[str, Any]:
        """`text` becomes what is to be read, out of the file where there is one."""
        data = super().clean()
        if data.get("file"):
            try:
                data["text"] = advice_text(data["file"].read())
            except ImportProblem as problem:
                self.add_error("file", str(problem))
        if not self.errors and not data.get("text", "").strip():
            raise forms.ValidationError(_("Paste what they wrote, or choose their file."))
        return data
