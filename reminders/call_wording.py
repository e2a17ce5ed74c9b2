"""What a business may write into a call script: the fields there are, tried on a customer well known and on one hardly known."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from arcollect.filters import day
from reminders.liquid_text import fill_text, refuse_unknown_fields
from reminders.scripts import ScriptFacts
from reminders.wording_check import refuse_private

VOICEMAIL = "voicemail"
FIELDS = {
    "caller": _("Who calls"),
    "company": _("Your business"),
    "contact": _("Whom you ask for"),
    "first": _("Their first name"),
    "phone": _("Your number"),
    "from": _("From when you can be reached"),
    "to": _("Until when you can be reached"),
    "number": _("The invoice, where it is about one"),
    "invoices": _("How many invoices it is about, or which"),
    "sum": _("What is open of them"),
    "days": _("How many days the oldest is late"),
    "due": _("When the oldest falls or fell due"),
    "promised": _("What was promised and did not come"),
    "promised_by": _("By when it was promised"),
    "made": _("When it was promised"),
    "owner": _("The owner of your business"),
    "deadline": _("The day you name where somebody does not want to pay"),
    "colleague": _("Somebody else they may ask for"),
    "outcome": _("How their query ended"),
    "instalment": _("Which instalment is missing"),
    "missing": _("How much of it"),
    "missed_on": _("When it was due"),
    "cure": _("Until when it can be put right"),
    "remaining": _("What is due if the plan ends"),
    "fine": _("When they said that all is as ordered"),
    "wrong": _("When they said that something is wrong"),
    "stretches": _("Whether they stretch the terms"),
    "late_queries": _("Whether their queries come late"),
    "plan_barred": _("Whether no new payment plan can be agreed: one runs, or ended unpaid lately"),
}
# What is said to a machine may hold no more than this (domain.md 4.3).
TO_A_MACHINE = ("caller", "company", "contact", "first", "phone", "colleague", "from", "to")


def example(company: str) -> ScriptFacts:
    """A customer we know everything of."""
    return ScriptFacts(
        caller="Noor Whitlow",
        company=company,
        contact="Sam Ortega",
        first="Sam",
        phone="01632 960 123",
        number="INV-7",
        invoices="3 invoices",
        sum="£1,250.00",
        days=61,
        due=day(datetime.date(2026, 4, 30)),
        promised="£600.00",
        promised_by=day(datetime.date(2026, 6, 12)),
        made=day(datetime.date(2026, 6, 1)),
        owner="Dana Whitfield",
        deadline=day(datetime.date(2026, 7, 7)),
        colleague="Dana Whitfield",
        outcome="you were right, and we have put it right",
        instalment="2",
        missing="£250.00",
        missed_on=day(datetime.date(2026, 6, 15)),
        cure=day(datetime.date(2026, 6, 29)),
        remaining="£750.00",
        fine=day(datetime.date(2026, 4, 3)),
        wrong=day(datetime.date(2026, 4, 2)),
        stretches=True,
        late_queries=True,
    )


def fields(company: str) -> list[tuple[str, str, Any]]:
    """(name, what it is, what it may hold) for every field a script may use."""
    values = example(company).fields
    return [(name, str(words), values[name]) for name, words in FIELDS.items()]


def check_words(name: str, text: str, company: str) -> None:
    """Raises WordingError for a field there is not, and for what a machine must not be told."""
    known: Mapping[str, Any] = example(company).fields
    allowed = {field: known[field] for field in TO_A_MACHINE} if name == VOICEMAIL else known
    refuse_unknown_fields(text, allowed)
    for facts in (example(company), ScriptFacts(caller="Noor Whitlow", company=company)):
        said = fill_text(text, facts.fields)
        if name == VOICEMAIL:
            refuse_private(said.replace(facts.phone, "") if facts.phone else said, company)


def preview(words: Mapping[str, Any], company: str) -> list[str]:
    """What the script says to a made-up customer, one text after the other. Raises WordingError where it cannot be filled."""
    values = example(company).fields
    texts = [text for name, part in words.items() if name != "name" for text in (part if isinstance(part, list) else [part])]
    return [fill_text(text, values).strip() for text in texts if text]
