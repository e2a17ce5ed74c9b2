"""What an owner decides about payment plans, settlements, the customer's link and the last letter (domain.md 6, 11)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import Business
from invoices.forms.rule_paths import Path, RuleForm


def whole(label: Any, least: int, most: int, help_text: Any = "") -> forms.IntegerField:
    """A number of days, months or times within a range."""
    return forms.IntegerField(label=label, min_value=least, max_value=most, help_text=help_text)


def share(label: Any, least: int, most: int, help_text: Any = "") -> forms.IntegerField:
    """A share in whole per cent, kept as "0.20"."""
    field = whole(label, least, most, help_text)
    field.is_share = True
    return field


def sum_of(label: Any, help_text: Any = "") -> forms.DecimalField:
    """An amount in whatever currency it is held against, kept as "50.00"."""
    field = forms.DecimalField(
        label=label, min_value=Decimal(0), max_value=Decimal(1_000_000), decimal_places=2, help_text=help_text
    )
    field.is_sum = True
    return field


def yes(label: Any, help_text: Any = "") -> forms.BooleanField:
    """A box to tick."""
    return forms.BooleanField(label=label, required=False, help_text=help_text)


class RulePart(RuleForm):
    """The rules under one key of `arcollect.defaults`; a field is called like its rule."""

    key: ClassVar[str]

    @property
    def paths(self) -> Mapping[str, Path]:
        """Where each field stands in `arcollect.defaults`."""
        return {name: (self.key, name) for name in self.base_fields}

    @classmethod
    def of(cls, business: Business, data: Any = None) -> "RulePart":
        """The form with the rules as they are, or with what was sent."""
        return cls(data, business=business, prefix=cls.key)


class PlanRules(RulePart):
    """What a bookkeeper may agree to, when a plan is lost, and what its agreement says (domain.md 6.2, 6.4)."""

    key = "plan"

    min_total = sum_of(_("No plan for less than"))
    min_instalment = sum_of(_("No instalment below"))
    first_pct = share(_("Paid at first, per cent"), 0, 90, _("A payment at once shows that they mean it."))
    first_within_days = whole(_("First payment within days of signing"), 0, 60)
    max_instalments = whole(_("Instalments at most"), 2, 60)
    max_months = whole(_("Paid off within months"), 1, 36)
    remainder = forms.ChoiceField(
        label=_("The odd cent goes on"), choices=[("LAST", _("the last instalment")), ("FIRST", _("the first instalment"))]
    )
    max_reschedules = whole(_("Other dates may be agreed"), 0, 5, _("Times, for one plan."))
    offer_accept_days = whole(_("An offer stands for days"), 1, 60)
    offer_once_per_days = whole(_("Reminders offer one again after days"), 0, 365)
    counter_answer_bd = whole(_("You answer a proposal within business days"), 1, 10)
    cooldown_months_after_default = whole(_("No new plan after an unpaid one for months"), 0, 36)
    active_from = forms.ChoiceField(
        label=_("A plan starts"),
        choices=[("first_payment", _("with the first payment")), ("countersign", _("when the owner has signed it too"))],
    )
    notice_days = whole(_("Reminded of an instalment days before"), 0, 14)
    grace_bd = whole(_("An instalment is missed after business days"), 0, 15)
    tolerance = sum_of(_("Short by this much still counts as paid"))
    cure_days = whole(_("Then they have days to make it good"), 1, 30)
    missed_to_default = whole(_("Lost when so many instalments are missed"), 1, 6)
    returned_to_default = whole(_("or so many payments come back"), 1, 6)
    extra_reduces = forms.ChoiceField(
        label=_("Paid ahead, it counts for"), choices=[("LAST", _("the last instalments")), ("NEXT", _("the next instalment"))]
    )
    limitation_years = whole(
        _("No plan for invoices older than years"), 1, 30, _("After that a debt can often no longer be claimed: ask a lawyer.")
    )
    governing_law = forms.CharField(
        label=_("Law that applies"), max_length=100, required=False, help_text=_("As your terms say, for the agreement.")
    )


class SettlementRules(RulePart):
    """How far one goes below what is owed, and how long an offer stands (domain.md 6.6)."""

    key = "settlement"

    floor_pct = share(_("Never below, per cent of what is owed"), 1, 100)
    accept_days = whole(_("An offer stands for days"), 1, 60)
    pay_days = whole(_("Paid within days of the offer"), 1, 120, _("The money must be there on that day."))
    tolerance = sum_of(_("Short by this much still counts as paid"))

    def clean(self) -> dict[str, Any]:
        """Nobody pays before they have said yes."""
        data = super().clean()
        if data.get("accept_days", 0) > data.get("pay_days", 0) > 0:
            self.add_error("pay_days", _("Not before the offer runs out."))
        return data


class PortalRules(RulePart):
    """The link customers get: how long it opens, and what it takes to act on it (domain.md 6.8)."""

    key = "portal"

    code_to_view = yes(_("Show amounts only after the one-time code"), _("Else the link shows them, and the code is for acting."))
    letter_days = whole(_("The link of a letter opens for days"), 7, 365)
    plan_days_after_last = whole(_("That of a plan, days after its last instalment"), 7, 365)
    code_minutes = whole(_("A code is good for minutes"), 2, 30)
    code_tries = whole(_("Wrong codes before it is void"), 1, 10)
    codes_per_hour = whole(_("Codes in one hour"), 1, 20)
    acting_minutes = whole(_("After a code one may act for minutes"), 5, 120)


class FinalRules(RulePart):
    """What the last letter may name as next: only what you would really do (domain.md 7.6)."""

    key = "final"

    agency = yes(_("We hand debts to a collection agency"))
    agency_name = forms.CharField(label=_("Which one"), max_length=100, required=False)
    court = yes(_("We go to court"))
    credit_report = yes(_("We report debts to a credit agency"), _("In many countries only under conditions: ask a lawyer."))
    write_off = yes(_("Debts may be written off"))

    def clean(self) -> dict[str, Any]:
        """A letter that names an agency says which."""
        data = super().clean()
        if data.get("agency") and not data.get("agency_name"):
            self.add_error("agency_name", _("Say which: the letter names it."))
        return data


PARTS = (PlanRules, SettlementRules, PortalRules, FinalRules)
