"""What people note during a call: the outcome in two keystrokes, or everything somebody said and agreed."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from arcollect.filters import dated
from arcollect.widgets import ClockInput, DayInput
from customers.forms.contact import PhoneField
from customers.models.customer import ContactRole
from customers.models.desk import Outcome
from customers.reasons import Effect, Reason
from invoices.forms.plan import OWN, OwnForm
from invoices.offering import limits_of
from invoices.plans import ReadyPlan
from invoices.standing import NOTHING
from reminders.call_check import findings_for
from reminders.call_notes import CallbackNote, CallNotes, ContactNote, PlanNote
from reminders.call_sheet import Sheet, offers_for, plannable_of
from reminders.calling import WITHOUT_REASON
from reminders.contact_limits import CONSENT_DAYS, Block, Warn
from reminders.forms.call_parts import ClaimForm, PromiseForm, QueryForm

ROWS = 2
PROCEDURES = [("", ""), ("insolvent", _("Insolvency")), ("moratorium", _("Moratorium"))]
# What a part of the form holds, by the effects of a reason that open it.
OPENS = {
    "promise": {Effect.PROMISE},
    "query": {Effect.QUERY},
    "plan": {Effect.PLAN},
    "claim": {Effect.VERIFY},
    "callback": {Effect.CALLBACK},
    "contact": {Effect.CONTACT},
}

# How the names of a part's fields start, and how those end that a browser sends filled though nobody touched them.
STARTS = {name: f"{name}-" for name in ("promise", "query", "claim")} | {
    "plan": "plan",
    "callback": "callback_",
    "contact": "right_",
}
CHOSEN_UNTOUCHED = ("-currency", "-code", "-how")


class CallForm(forms.Form):
    """How a call went. Reached somebody: why they do not pay, what they said, repeated back, and what was agreed."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=Outcome.choices, widget=forms.RadioSelect)
    contact = forms.ModelChoiceField(label=_("Spoke with"), queryset=None, required=False, empty_label=_("Somebody else"))
    spoke_with = forms.CharField(label=_("Their name"), max_length=200, required=False)
    inbound = forms.BooleanField(label=_("They rang us"), required=False)
    reason = forms.ChoiceField(label=_("Why they have not paid"), required=False)
    paraphrase = forms.CharField(
        label=_("What they said, in your words"),
        help_text=_("Repeat it back before you hang up: “So, if I have it right …”. The letter will say it."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    agreement = forms.CharField(
        label=_("What was agreed"),
        help_text=_("A day, an amount and how they will pay."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    notes = forms.CharField(
        label=_("Notes for us only"),
        help_text=_("Facts only: they may read it one day, and nobody else is told."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    next_on = forms.DateField(label=_("Looked at again on"), required=False, widget=DayInput)
    named_on = forms.DateField(label=_("The day they named"), required=False, widget=DayInput)
    pay_run = forms.CharField(label=_("They pay on"), max_length=100, required=False)
    pause_until = forms.DateField(label=_("Nothing goes out until"), required=False, widget=DayInput)
    vulnerable = forms.BooleanField(label=_("Go gently from now on: nothing goes out by itself"), required=False)
    procedure = forms.ChoiceField(label=_("Which procedure"), choices=PROCEDURES, required=False)
    moratorium_until = forms.DateField(label=_("Moratorium until"), required=False, widget=DayInput)
    plan = forms.ChoiceField(label=_("Plan offered"), required=False, widget=forms.RadioSelect)
    callback_on = forms.DateField(label=_("Ring them again on"), required=False, widget=DayInput)
    callback_at = forms.TimeField(label=_("At, their time"), required=False, widget=ClockInput)
    callback_consent = forms.BooleanField(label=_("They agreed to be called then"), required=False)
    right_contact = forms.ModelChoiceField(label=_("Put right"), queryset=None, required=False, empty_label=_("A new contact"))
    right_name = forms.CharField(label=_("Name"), max_length=200, required=False)
    right_email = forms.EmailField(label=_("E-mail"), required=False)
    right_phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    right_role = forms.ChoiceField(label=_("Role"), choices=[("", ""), *ContactRole.choices], required=False)
    answers_too = forms.MultipleChoiceField(
        label=_("This talk answers too"), required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})
    )
    limits_seen = forms.BooleanField(label=_("I have read what stands against calling now"), required=False)
    override_reason = forms.CharField(label=_("Why it must be now all the same"), max_length=200, required=False)

    def __init__(self, data: QueryDict | None, *, sheet: Sheet, may_override: bool, reason: str = "") -> None:
        """`reason`: the code chosen so far, which opens its questions and parts; `may_override`: an owner is at the telephone."""
        super().__init__(data)
        self.sheet, self.may_override = sheet, may_override
        self.chosen: Reason | None = sheet.reasons.get(data.get("reason", "") if data is not None else reason)
        contacts = sheet.customer.contacts.all()
        people = [("", _("Somebody else")), *((number.contact.pk, str(number.contact)) for number in sheet.numbers)]
        for name in ("contact", "right_contact"):
            self.fields[name].queryset = contacts
        self.fields["contact"].choices = people
        self.fields["contact"].initial = next((number.contact.pk for number in sheet.numbers), None)
        reasons = [(one.code, one.label) for one in sheet.reasons.values()]
        self.fields["reason"].choices = [("", _("Choose the reason")), *reasons]
        self.fields["plan"].choices = [
            ("", _("None")),
            *((offer.key, offer.label) for offer in sheet.offers),
            (OWN, OwnForm.label),
        ]
        region = sheet.customer.country or sheet.customer.business.country
        self.fields["right_phone"] = PhoneField(region=region, label=self.fields["right_phone"].label)
        if reason:
            self.initial = {"reason": reason, **self.suggested}
        self.fields["answers_too"].choices = [
            (str(one.pk), f"{one.get_kind_display()}: {dated(one.reason)}") for one in sheet.others
        ]
        self.fields["answers_too"].initial = [str(one.pk) for one in sheet.others]
        if not sheet.others:
            del self.fields["answers_too"]
        if not any(number.findings for number in sheet.numbers):
            del self.fields["limits_seen"]
        if not may_override or not any(number.blocked for number in sheet.numbers):
            del self.fields["override_reason"]

    @cached_property
    def suggested(self) -> dict[str, Any]:
        """What the chosen reason fills in: the day to look again, the pause it offers."""
        if self.chosen is None:
            return {}
        today, calendar = self.sheet.today, self.sheet.customer.calendar
        pause = self.chosen.paused_until(today, calendar) if Effect.VULNERABLE in self.chosen.effects else None
        return {"next_on": self.chosen.follow_up_on(today, calendar), "pause_until": pause}

    @cached_property
    def promises(self) -> list[PromiseForm]:
        currencies = [position.currency for position, _rows in self.sheet.accounts] or [self.sheet.customer.business.currency]
        if self.sheet.main is not None:
            currencies.sort(key=lambda code: code != self.sheet.main.currency)
        return self._rows(PromiseForm, "promise", currencies=currencies, today=self.sheet.today)

    @cached_property
    def queries(self) -> list[QueryForm]:
        return self._rows(QueryForm, "query", self._first_query, accounts=[position for position, _rows in self.sheet.accounts])

    @cached_property
    def claims(self) -> list[ClaimForm]:
        next_day = self.suggested.get("next_on") or self.sheet.customer.calendar.add(self.sheet.today, 1)
        return self._rows(ClaimForm, "claim", self._first_claim, owner=self.may_override, next_day=next_day)

    def _rows(self, form: type[Any], prefix: str, initial: dict[str, Any] | None = None, **known: Any) -> list[Any]:
        data = self.data if self.is_bound else None
        starts = [initial or {}, *({} for _row in range(1, ROWS))]
        return [form(data, prefix=f"{prefix}-{row}", initial=start, **known) for row, start in enumerate(starts)]

    @property
    def _first_query(self) -> dict[str, Any]:
        return {"code": self.chosen.query} if self.chosen and self.chosen.query else {}

    @property
    def _first_claim(self) -> dict[str, Any]:
        if self.chosen is None or Effect.VERIFY not in self.chosen.effects:
            return {}
        return {"what": self.chosen.verify, "how": self.chosen.check, "check_by": self.suggested["next_on"]}

    @property
    def asked(self) -> list[tuple[str, str, str]]:
        """(name of the field, question, answer so far) for the chosen reason."""
        questions = self.chosen.questions if self.chosen else ()
        names = [f"answer-{place}" for place in range(len(questions))]
        return [(name, question, self.data.get(name, "")) for name, question in zip(names, questions, strict=True)]

    @property
    def opened(self) -> set[str]:
        """The parts of the form the chosen reason opens, and those somebody wrote into."""
        effects = self.chosen.effects if self.chosen else frozenset()
        keys = [key for key, value in self.data.items() if value and not key.endswith(CHOSEN_UNTOUCHED)]
        written = {name for name, start in STARTS.items() if any(key.startswith(start) for key in keys)}
        return {name for name, openers in OPENS.items() if openers & effects} | written

    @property
    def effects(self) -> set[str]:
        return {str(effect) for effect in self.chosen.effects} if self.chosen else set()

    @property
    def names_a_day(self) -> bool:
        return self.chosen is not None and self.chosen.anchor in ("R", "A")

    def clean(self) -> dict[str, Any]:
        """Who was reached gave a reason and a next day; limits hold for calls of ours."""
        data = super().clean()
        findings = () if data.get("inbound") else findings_for(self.sheet.numbers, data.get("contact"))
        data["limits"] = tuple(one.code for one in findings)
        data["override_reason"] = data.get("override_reason", "") if findings else ""
        self._hold_to_limits(findings, data)
        rang_somebody_else = data.get("outcome") == Outcome.WRONG_PERSON and not data.get("inbound")
        if rang_somebody_else and self.sheet.numbers and not data.get("contact"):
            self.add_error("contact", _("Whose number was it?"))
        if data.get("outcome") == Outcome.REACHED:
            self._hold_to_reason(data)
            parts = [*self.promises, *self.queries, *self.claims]
            # All of them: each says what is wrong with it, beside itself.
            if not all([part.is_valid() for part in parts]):  # noqa: C419
                self.add_error(None, _("Something is missing further down."))
            elif data.get("plan") == OWN and self._plan_offered is None:
                self.add_error(None, _("The plan of its own is not complete."))
            elif data.get("plan") and self._plan_offered is None:
                self.add_error("plan", _("Without what they contest too little is left for this plan: choose another, or none."))
        return data

    def _hold_to_limits(self, findings: Sequence[Warn | Block], data: dict[str, Any]) -> None:
        """A warning is read and ticked; a block needs an owner's reason."""
        seen = data.pop("limits_seen", False)
        if any(isinstance(one, Block) for one in findings):
            if not self.may_override:
                self.add_error(None, _("Not allowed now: only an owner may decide otherwise. Or tick that they rang you."))
            elif not data["override_reason"]:
                self.add_error("override_reason", _("Say why: it is kept with the call."))
        elif findings and not seen:
            self.add_error("limits_seen", _("Read it and tick this, or tick that they rang you."))

    def _hold_to_reason(self, data: dict[str, Any]) -> None:
        """REACHED cannot be saved without a reason and a next date (domain.md 4.4); a courtesy call asks for neither."""
        task = self.sheet.task
        if task is not None and task.kind in WITHOUT_REASON and not data.get("reason"):
            return
        if not data.get("reason"):
            self.add_error("reason", _("Choose the reason they gave; “No reason given” is one too."))
        elif not data.get("next_on"):
            known = {"promised": self._promised_on, "named": data.get("named_on")}
            data["next_on"] = self.chosen.follow_up_on(self.sheet.today, self.sheet.customer.calendar, **known)
        if data.get("next_on") and data["next_on"] <= self.sheet.today:
            self.add_error("next_on", _("Choose a day after today."))

    def clean_callback_on(self) -> datetime.date | None:
        """A day still to come; a consent to be called on it holds seven days (domain.md 7.2)."""
        on, today = self.cleaned_data["callback_on"], self.sheet.today
        if on is not None and on <= today:
            raise forms.ValidationError(_("Choose a day after today."))
        if on is not None and self.data.get("callback_consent") and on > today + datetime.timedelta(days=CONSENT_DAYS):
            raise forms.ValidationError(_("They can agree to a day within the next seven."))
        return on

    def clean_pause_until(self) -> datetime.date | None:
        """A pause that is over stops nothing."""
        return self._still_to_come("pause_until")

    def clean_moratorium_until(self) -> datetime.date | None:
        """Nor does a moratorium that is."""
        return self._still_to_come("moratorium_until")

    def _still_to_come(self, name: str) -> datetime.date | None:
        on = self.cleaned_data[name]
        if on is not None and on <= self.sheet.today:
            raise forms.ValidationError(_("Choose a day after today."))
        return on

    @property
    def _promised_on(self) -> datetime.date | None:
        return min((form.note.due_on for form in self.promises if form.is_valid() and form.note), default=None)

    @property
    def notes_taken(self) -> CallNotes:
        """The call as `log_call` takes it; of one that reached nobody only how it went."""
        data = self.cleaned_data
        names = ("outcome", "contact", "spoke_with", "inbound", "notes", "limits", "override_reason")
        common = {name: data[name] for name in names}
        if data["outcome"] != Outcome.REACHED:
            return CallNotes(**common, put_right=self._contact_note)
        said = ("reason", "paraphrase", "agreement", "next_on", "named_on", "pause_until", "vulnerable", "pay_run")
        return CallNotes(
            **common,
            **{name: data[name] for name in said},
            answers={question: self.data[name] for name, question, _now in self.asked if self.data.get(name, "").strip()},
            insolvent=data["procedure"] == "insolvent",
            moratorium_until=data["moratorium_until"] if data["procedure"] == "moratorium" else None,
            promises=tuple(form.note for form in self.promises if form.note),
            queries=tuple(form.note for form in self.queries if form.note),
            claims=tuple(form.note for form in self.claims if form.note),
            plan=self._plan_note,
            callback=self._callback_note,
            put_right=self._contact_note,
            answers_too=tuple(one for one in self.sheet.others if str(one.pk) in data.get("answers_too", ())),
        )

    @cached_property
    def own_plan(self) -> OwnForm | None:
        """Their own deposit, number, rhythm and first date; read only where “a plan of its own” is ticked. None: no plan."""
        sheet, ticked = self.sheet, self.is_bound and self.data.get("plan") == OWN
        if sheet.main is None or sheet.no_offer:
            return None
        total = plannable_of(sheet.customer, sheet.main, sheet.today) - (self._contested if ticked else NOTHING)
        terms = {"currency": sheet.main.currency, "limits": limits_of(sheet.customer), "today": sheet.today}
        return OwnForm(self.data if ticked else None, prefix=OWN, total=total, **terms) if total > 0 else None

    @property
    def _contested(self) -> Decimal:
        """What of the account is overdue and becomes disputed in this call."""
        late = {item.row.pk for item in self.sheet.main.invoices if item.days_past_due > 0}
        notes = [form.note for form in self.queries if form.is_valid() and form.note]
        return sum((note.amount for note in notes if note.invoice.pk in late), NOTHING)

    @cached_property
    def _plan_offered(self) -> ReadyPlan | None:
        """The plan they chose, over what is left of the account once the queries of this call are open."""
        sheet = self.sheet
        if sheet.main is None:
            return None
        if self.cleaned_data["plan"] == OWN:
            own = self.own_plan
            return ReadyPlan(OWN, str(own.label), own.schedule) if own is not None and own.is_valid() else None
        contested = self._contested
        offers, _barred = offers_for(sheet.customer, sheet.main, sheet.today, contested) if contested else (sheet.offers, "")
        return next((one for one in offers if one.key == self.cleaned_data["plan"]), None)

    @property
    def _plan_note(self) -> PlanNote | None:
        offer = self._plan_offered
        return PlanNote(self.sheet.main.currency, offer.instalments) if offer and self.sheet.main else None

    @property
    def _callback_note(self) -> CallbackNote | None:
        data = self.cleaned_data
        if data["callback_on"] is None:
            return None
        return CallbackNote(data["callback_on"], data["callback_at"], data["callback_consent"])

    @property
    def _contact_note(self) -> ContactNote | None:
        data = self.cleaned_data
        told = {name: data[f"right_{name}"] for name in ("name", "email", "phone", "role")}
        return ContactNote(contact=data["right_contact"], **told) if any(told.values()) else None
