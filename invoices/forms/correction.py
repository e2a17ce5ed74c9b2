"""What may still be given to an invoice that is out."""

from django import forms

from arcollect.widgets import DayInput
from invoices.editing import CORRECTABLE
from invoices.models import Invoice


class CorrectionForm(forms.ModelForm):
    """The order number and the day of delivery: neither changes what is owed, or when."""

    class Meta:
        model = Invoice
        fields = CORRECTABLE
        widgets = {"delivered_on": DayInput}
