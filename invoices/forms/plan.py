"""What people choose of a payment plan: one that is ready, or their own deposit, number, rhythm and first date."""

import datetime
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from arcollect.money import format_plain
from arcollect.widgets import DayInput
from invoices.forms.payment import check_precision
from invoices.models import Invoice
from invoices.plans import Every, Limits, ReadyPlan, Schedule, broken_limits, instalments, ready_made
from invoices.standing import NOTHING

OWN = "own"
RHYTHMS = [
    (Every.WEEK, _("every week")),
    (Every.FORTNIGHT, _("every two weeks")),
    (Every.MONTH, _("every month")),
    (Every.QUARTER, _("every three months")),
]
MOST = 60


class AmountInput(forms.TextInput):
    """A sum of money, for which a phone shows digits."""

    def __init__(self) -> None:
        super().__init__(attrs={"inputmode": "decimal"})


class ScheduleForm(forms.Form):
    """How `total` is paid: `schedule` after cleaning, `broken` what of it is beyond the limits."""

    choice = forms.ChoiceField(label=_("Plan"), widget=forms.RadioSelect)
    deposit = forms.DecimalField(
        label=_("Paid at once"), max_digits=18, decimal_places=3, min_value=Decimal(0), required=False, widget=AmountInput
    )
    deposit_on = forms.DateField(label=_("On"), required=False, widget=DayInput)
    count = forms.IntegerField(label=_("Then instalments"), min_value=1, max_value=MOST, required=False)
    every = forms.ChoiceField(label=_("How often"), choices=RHYTHMS, required=False)
    first_on = forms.DateField(label=_("The first of them on"), required=False, widget=DayInput)

    def __init__(
        self, data: QueryDict | None, *, total: Decimal, currency: str, limits: Limits, today: datetime.date, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.total, self.currency, self.limits, self.today = total, currency, limits, today
        self.ready: list[ReadyPlan] = ready_made(total, currency, today, limits) if total > 0 else []
        self.schedule: Schedule | None = self.ready[0].instalments if self.ready and not self.is_bound else None
        self.fields["choice"].choices = [*((one.key, one.label) for one in self.ready), (OWN, _("A plan of its own"))]
        self.initial.setdefault("choice", self.ready[0].key if self.ready else OWN)
        self.initial.setdefault("every", Every.MONTH)

    @property
    def chosen(self) -> str:
        """The plan ticked now."""
        return self["choice"].value()

    def clean(self) -> dict[str, Any]:
        """The dates and amounts of what was chosen, to the cent (domain.md 6.3)."""
        data = super().clean()
        if data.get("choice") == OWN:
            self.schedule = self._own(data)
        else:
            self.schedule = next((one.instalments for one in self.ready if one.key == data.get("choice")), None)
        return data

    def clean_deposit(self) -> Decimal:
        """Less than all of it, no finer than the currency."""
        deposit = self.cleaned_data["deposit"] or NOTHING
        check_precision(deposit, self.currency)
        if deposit and deposit >= self.total:
            raise forms.ValidationError(_("Less than all of it, or there is nothing left to pay in parts."))
        return deposit

    def _own(self, data: dict[str, Any]) -> Schedule | None:
        if not data.get("count"):
            self.add_error("count", _("How many?"))
        if data.get("first_on") is None:
            self.add_error("first_on", _("On which day?"))
        elif data["first_on"] < self.today:
            self.add_error("first_on", _("Choose today or a later day."))
        if self.errors:
            return None
        deposit, deposit_on = data["deposit"], data.get("deposit_on") or self.today
        if deposit and not self.today <= deposit_on <= data["first_on"]:
            self.add_error("deposit_on", _("From today on, and not after the first instalment."))
            return None
        try:
            return instalments(
                self.total,
                self.currency,
                count=data["count"],
                first_on=data["first_on"],
                every=Every(data["every"] or Every.MONTH),
                remainder=self.limits.remainder,
                deposit=deposit,
                deposit_on=deposit_on,
            )
        except ValueError:
            self.add_error("count", _("So many parts are too small to be paid."))
            return None

    @property
    def broken(self) -> list[str]:
        """What of the chosen plan is beyond the limits, in words."""
        return broken_limits(self.schedule, self.currency, self.limits, self.today) if self.schedule else []


class OwnForm(ScheduleForm):
    """A plan of its own and no other, within the limits: what a call has time for. `label`: how people speak of it."""

    label = _("A plan of its own")

    def __init__(self, data: QueryDict | None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        del self.fields["choice"]

    def clean(self) -> dict[str, Any]:
        """To the cent, and nothing an owner would have to agree to."""
        data = forms.Form.clean(self)
        self.schedule = self._own(data)
        if self.broken:
            raise forms.ValidationError([*self.broken, _("Beyond the limits: an owner offers it from the customer's page.")])
        return data


class BeyondForm(ScheduleForm):
    """A schedule an owner may agree to beyond the limits, saying why; a bookkeeper may not (domain.md 6.2)."""

    reason = forms.CharField(
        label=_("Why beyond your limits"),
        max_length=300,
        required=False,
        help_text=_("Kept with the plan, for us only."),
    )

    def __init__(self, data: QueryDict | None, *, owner: bool, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.owner = owner
        if not owner:
            del self.fields["reason"]

    @property
    def why(self) -> str:
        """Why it goes beyond the limits; "" where it does not."""
        return self.cleaned_data.get("reason", "") if self.broken else ""

    def hold_to_limits(self) -> bool:
        """Whether it may be agreed so; if not, with the reason in the form."""
        if not self.broken or self.cleaned_data.get("reason"):
            return True
        if self.owner:
            self.add_error("reason", _("Say why: it is beyond your limits."))
        else:
            self.add_error(None, _("Beyond the limits: only an owner may offer it."))
        return False


class OfferForm(BeyondForm):
    """A plan to be offered: what it covers, what is let go if it is kept, and how the rest is paid."""

    covers = forms.TypedMultipleChoiceField(label=_("Invoices"), coerce=int, widget=forms.CheckboxSelectMultiple)
    discount = forms.DecimalField(
        label=_("Let go if they keep it"),
        max_digits=18,
        decimal_places=3,
        min_value=Decimal(0),
        required=False,
        widget=AmountInput,
        help_text=_("Taken off at the end. If they do not keep it, all of it is owed again."),
    )

    def __init__(self, data: QueryDict | None, *, free: Sequence[tuple[Invoice, Decimal]], currency: str, **kwargs: Any) -> None:
        """`free`: the invoices it may cover, each with what is open of it and undisputed."""
        ticked = set(data.getlist("covers")) if data is not None else {str(row.pk) for row, _amount in free}
        self.whole = sum((amount for row, amount in free if str(row.pk) in ticked), NOTHING)
        total = max(NOTHING, self.whole - (_amount_in(data, "discount") if data is not None else NOTHING))
        super().__init__(data, total=total, currency=currency, **kwargs)
        self.fields["covers"].choices = [(row.pk, f"{row.number}: {format_plain(amount, currency)}") for row, amount in free]
        self.initial.setdefault("covers", [row.pk for row, _amount in free])
        self.all = {row.pk for row, _amount in free}

    def clean_discount(self) -> Decimal:
        """Part of what is owed, no finer than the currency."""
        discount = self.cleaned_data["discount"] or NOTHING
        check_precision(discount, self.currency)
        if discount and discount >= self.whole:
            raise forms.ValidationError(_("Less than what is owed."))
        return discount

    @property
    def only(self) -> list[int] | None:
        """The invoices chosen; None where it is all of them."""
        chosen = set(self.cleaned_data["covers"])
        return None if chosen == self.all else sorted(chosen)


def _amount_in(data: QueryDict, name: str) -> Decimal:
    """What was typed as an amount; nothing where it is none: the field itself says so."""
    try:
        amount = Decimal(data.get(name) or 0)
    except InvalidOperation:
        return NOTHING
    return amount if amount.is_finite() and amount > 0 else NOTHING
