"""A letter's words: the text we ship, the merge fields an owner's own may use (reminders/liquid_text.py), and the fixed labels.

Texts are templates/letters/<language>/<CODE>.liquid, subject line first, then paragraphs parted by blank lines; MAIL is the
e-mail that carries a letter.
"""

import re
import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from babel.lists import format_list
from django.conf import settings
from django.utils.translation import gettext as _

from arcollect.money import format_date, format_money, parse_locale
from invoices.models.insight import Segment, SubType
from reminders.agreed_words import AGREED_FIELDS, agreed_values
from reminders.letter_facts import CODES, LetterFacts
from reminders.liquid_text import Value, WordingError, fill_text

SOURCES = settings.BASE_DIR / "templates" / "letters"
FALLBACK_LANGUAGE = "en"
MAIL = "MAIL"
TEXT_CODES = (*CODES, MAIL)
# A query about a fresh invoice is asked for within five days of issue (domain.md 3.6, L0).
QUERY_DAYS = 5
# Five business days without holidays; the caller knows the calendar and may say better (LetterFacts.answer_by).
ANSWER_DAYS = 7
# The owner decides a fortnight after the 90-day step (domain.md 3.2, F).
DECIDE_DAYS = 14
NAMED_INVOICES = 3

# Every field a text may use, in plain English: the template editor's help shows this list.
MERGE_FIELDS = {
    "company": "Your business's name",
    "customer": "The customer's name",
    "contact_name": "The person the letter is addressed to; empty where none is known",
    "greeting": 'The salutation with its comma: "Dear Ana López,"',
    "invoices": 'The invoices asked for: "invoice INV-7", "invoices INV-7 and INV-8" or "12 invoices"',
    "one_invoice": "True where the letter is about a single invoice",
    "oldest_days": "How many days the oldest invoice is past due",
    "due_date": "When the oldest invoice was (or is) due",
    "purchase_order": "The order number of the first invoice; empty where none is known",
    "amount": "What is to pay, after money we hold for the customer",
    "total": "The sum of the invoices asked for, before that money is taken off",
    "unapplied": "Money we hold that is not matched to an invoice; empty where none",
    "received": "The sum of the part payments the letter lists; empty where none",
    "queried": "The sum under query and not asked for; empty where none",
    "pay_by": "The date the letter asks to be paid by; empty where something else was agreed on the call",
    "query_by": "Until when to report anything wrong (five days after issue, or from today)",
    "answer_by": "Until when the customer should call",
    "decide_on": "When you will decide what to do next",
    "half_now": "The first half of the amount",
    "half_later": "The second half of the amount",
    "half_later_by": "When the second half would be due: a month from today",
    "times_asked": "How often we have asked before, as a number",
    "first_contact": "True where nobody has written or called about these invoices before",
    "firm": "True where the letter is to be firm: the customer can pay but does not, as far as we know",
    "cannot_pay": "True where the customer told you that money is short",
    "disagrees": "True where the customer thinks that it is not owed",
    "administrative": "True where something administrative is in the way: an order number, a copy, an approval",
    "standing_payment": "True where the customer forgets: a standing transfer or direct debit may help",
    "plan_barred": "True where no new payment plan can be agreed: one runs, or ended unpaid lately",
    "pays_well": "True where the customer pays promptly",
    "queries_in_writing": "True where the customer's queries come late: ask for them in writing",
    "next_steps": "The next steps you allow letters to name, as a list in words; empty where none",
    "respond_days": "How many days the customer has to answer a final letter",
    "copies_enclosed": "True where copies of the invoices go with the letter",
    "terms_enclosed": "True where your terms go with the letter",
    "portal_link": "The customer's own link to pay, ask or propose; empty where none",
    "phone": "The direct line of the person who signs",
    "signatory": "The person who signs",
    "call_date": "The day of the call; empty where there was none",
    "call_reached": "True where somebody was reached",
    "call_reason": 'What the customer gave as the reason: "that money is short just now"; empty where none',
    "call_words": "What was repeated back on the call, as it was noted; empty where nothing was",
    "call_agreement": "What was agreed on the call; empty where nothing was",
    "promise_amount": "The amount promised; empty where nothing is",
    "promise_date": "The day it was promised for",
    "promise_made_on": "The day the promise was made",
    "instalment_number": "The number of the instalment that falls due, or was missed",
    "instalment_amount": "Its amount",
    "instalment_date": "When it is or was due",
    "plan_remaining": "What is left of the plan: it falls due at once if the plan ends",
    "query": "What the customer had queried",
    "query_outcome": "How the query ended",
    "query_invoice": "The invoice it was about",
} | AGREED_FIELDS

# What the e-mail around a letter may use besides.
MAIL_FIELDS = {
    "subject": "The letter's own subject line",
    "letter": "The whole text of the letter",
    "figures": "What is to pay, by when, and the invoices with their sums",
    "payment": "Where to pay: account, reference, payment link",
    "attached": "The sentence that the letter is attached",
    "closing": "The closing words",
    "signature": "Who signs, with function, company and telephone",
    "stop_link": "The customer's link to get letters by post instead; empty where none",
}


def source(code: str, language: str) -> str:
    """The text we ship for a letter code ("L30"), in the language ("de", "de-AT") or else in English."""
    return _read(f"{language_for(code, language)}/{code}.liquid")


@cache
def language_for(code: str, language: str) -> str:
    """The language a letter will really be written in: the wanted one where we ship the text, else English."""
    short = language.replace("_", "-").split("-")[0].lower()
    return short if short in languages() and (SOURCES / short / f"{code}.liquid").exists() else FALLBACK_LANGUAGE


@cache
def languages() -> frozenset[str]:
    """The languages with a folder of texts and labels."""
    return frozenset(path.parent.name for path in SOURCES.glob("*/labels.toml"))


@cache
def _read(name: str) -> str:
    return (SOURCES / name).read_text(encoding="utf-8")


@cache
def labels(language: str) -> dict:
    """The fixed words of a letter (table heads, closing, reasons) in its language, else in English."""
    return tomllib.loads(_read(f"{language if language in languages() else FALLBACK_LANGUAGE}/labels.toml"))


def fields_of(code: str) -> dict[str, str]:
    """Every field the text of this code may use, explained."""
    return MERGE_FIELDS | MAIL_FIELDS if code == MAIL else MERGE_FIELDS


def fill(template_source: str, facts: LetterFacts) -> tuple[str, list[str]]:
    """The subject and the paragraphs in plain text. Raises WordingError for a text that does not parse, names an unknown field,
    exceeds the limits or lacks subject or body."""
    subject, body = filled_parts(template_source, merge_values(facts))
    return subject, paragraphs_of(body)


def filled_parts(template_source: str, values: dict[str, Value]) -> tuple[str, str]:
    """(subject line, the rest) of a text with its fields filled in. Raises WordingError where either is missing."""
    subject, _newline, body = fill_text(template_source, values).strip().partition("\n")
    if not subject.strip() or not body.strip():
        raise WordingError(_("The text needs a subject line and at least one paragraph."), line=1)
    return _one_line(subject), body.strip()


def paragraphs_of(body: str) -> list[str]:
    """The paragraphs of a plain text, parted by blank lines."""
    return [_tidy(part) for part in re.split(r"\n\s*\n", body) if part.strip()]


def _tidy(paragraph: str) -> str:
    """One line a list item or paragraph: what an editor wrapped is joined again, what starts with "- " or "1. " stays apart."""
    joined = re.sub(r"\s*\n(?!\s*(?:-|\d+\.)\s)\s*", " ", paragraph.strip())
    return "\n".join(_one_line(line) for line in joined.split("\n"))


def _one_line(text: str) -> str:
    # Only ordinary white space: the no-break spaces inside amounts must stay.
    return re.sub(r"[ \t\r\n]+", " ", text).strip()


def merge_values(facts: LetterFacts) -> dict[str, Value]:
    """The value of every merge field for this letter, already in the customer's language; None where there is nothing to say."""
    money, day = _formatters(facts)
    values = {
        "company": facts.creditor.name,
        "customer": facts.customer.name,
        "contact_name": facts.customer.contact_name,
        "greeting": greeting(facts),
        "signatory": facts.creditor.signatory,
        "phone": direct_line(facts),
        "portal_link": facts.portal_url or "",
        "times_asked": facts.asked_times,
        "first_contact": facts.first_contact,
        "firm": facts.firm,
        "cannot_pay": facts.cannot_pay,
        "disagrees": facts.disagrees,
        "administrative": facts.administrative,
        "standing_payment": facts.treated == Segment.FORGETFUL,
        "plan_barred": facts.plan_barred,
        "pays_well": facts.treated == Segment.PROMPT,
        "queries_in_writing": facts.treated == SubType.TACTICAL,
        "next_steps": next_steps(facts),
        "respond_days": facts.respond_days,
        "copies_enclosed": facts.copies_enclosed,
        "terms_enclosed": facts.terms_enclosed,
    }
    values |= _invoice_values(facts) | _amount_values(facts, money) | _date_values(facts, day)
    values |= _call_values(facts, day) | _agreement_values(facts, money, day)
    values |= agreed_values(facts, labels(facts.language), money, day)
    # Liquid takes "" for true: only nil lets a text ask {% if received %}.
    return {name: (_one_line(value) or None) if isinstance(value, str) else value for name, value in values.items()}


def _formatters(facts: LetterFacts) -> tuple[Callable[[Decimal], str], Callable[[date], str]]:
    def money(amount: Decimal) -> str:
        return format_money(amount, facts.currency, facts.locale) if amount else ""

    def day(when: date) -> str:
        return format_date(when, facts.locale)

    return money, day


def _invoice_values(facts: LetterFacts) -> dict[str, str | int | bool]:
    lines = facts.lines
    return {
        "invoices": invoice_phrase(facts),
        "one_invoice": len(lines) == 1,
        "oldest_days": max((line.days_past_due for line in lines), default=0),
        "purchase_order": lines[0].purchase_order if lines else "",
    }


def _amount_values(facts: LetterFacts, money: Callable[[Decimal], str]) -> dict[str, str]:
    half_now, half_later = facts.halves
    return {
        "amount": money(facts.net),
        "total": money(facts.total),
        "unapplied": money(facts.unapplied),
        "received": money(sum((payment.amount for payment in facts.payments), Decimal(0))),
        "queried": money(sum((line.disputed for line in facts.queried), Decimal(0))),
        "half_now": money(half_now),
        "half_later": money(half_later),
    }


def _date_values(facts: LetterFacts, day: Callable[[date], str]) -> dict[str, str]:
    lines = facts.lines
    return {
        "due_date": day(min(line.due_on for line in lines)) if lines else "",
        "query_by": day(max(facts.today, *(line.issued_on for line in lines)) + timedelta(days=QUERY_DAYS)) if lines else "",
        "pay_by": day(facts.pay_by) if facts.pay_by else "",
        "answer_by": day(facts.answer_by or facts.today + timedelta(days=ANSWER_DAYS)),
        "decide_on": day(facts.agreed.decide_on or facts.today + timedelta(days=DECIDE_DAYS)),
        "half_later_by": day(facts.second_half_by),
    }


def _call_values(facts: LetterFacts, day: Callable[[date], str]) -> dict[str, str | bool]:
    call = facts.call
    if call is None:
        return {"call_date": "", "call_reached": False, "call_reason": "", "call_words": "", "call_agreement": ""}
    reasons = labels(facts.language)["reasons"]
    # R20 is "no reason given": a code without a phrase says nothing in the letter.
    reason = reasons.get(call.reason, "" if re.fullmatch(r"R\d\d", call.reason) else call.reason)
    return {
        "call_date": day(call.called_on),
        "call_reached": call.reached,
        "call_reason": reason.rstrip(". "),
        "call_words": call.words.rstrip(". "),
        "call_agreement": call.agreement.rstrip(". "),
    }


def _agreement_values(facts: LetterFacts, money: Callable[[Decimal], str], day: Callable[[date], str]) -> dict[str, str | int]:
    promise, instalment, resolution = facts.promise, facts.instalment, facts.resolution
    return {
        "promise_amount": money(promise.amount) if promise else "",
        "promise_date": day(promise.due_on) if promise else "",
        "promise_made_on": day(promise.made_on) if promise else "",
        "instalment_number": instalment.number if instalment else "",
        "instalment_amount": money(instalment.amount) if instalment else "",
        "instalment_date": day(instalment.due_on) if instalment else "",
        "plan_remaining": money(instalment.remaining) if instalment else "",
        "query": resolution.query.rstrip(". ") if resolution else "",
        "query_outcome": resolution.outcome.rstrip(". ") if resolution else "",
        "query_invoice": resolution.invoice_number if resolution else "",
    }


def direct_line(facts: LetterFacts) -> str:
    """The number to call, which no line break tears apart; "" where there is none."""
    return (facts.creditor.signatory_phone or facts.creditor.phone).replace(" ", "\N{NO-BREAK SPACE}")


def greeting(facts: LetterFacts) -> str:
    words = labels(facts.language)
    name = facts.customer.contact_name
    return words["greeting_named"].format(name=name) if name else words["greeting"]


def invoice_phrase(facts: LetterFacts) -> str:
    """The invoices by number while they are few, by count when they are many; in nominative or accusative."""
    words, numbers = labels(facts.language), [line.number for line in facts.lines]
    if len(numbers) == 1:
        return words["one_invoice"].format(number=numbers[0])
    if len(numbers) <= NAMED_INVOICES:
        return words["few_invoices"].format(numbers=format_list(numbers, locale=parse_locale(facts.locale)))
    return words["many_invoices"].format(count=len(numbers))


def next_steps(facts: LetterFacts) -> str:
    """The consequences the owner has enabled, as "a, b or c"; an unknown one is an error, never silently a threat less."""
    phrases = labels(facts.language)["next_steps"]
    if unknown := [code for code in facts.next_steps if code not in phrases]:
        raise WordingError(f"No words for the next step {unknown[0]}")
    told = {"AGENCY": phrases["AGENCY_NAMED"].format(agency=facts.agency)} if facts.agency else {}
    steps = [told.get(code, phrases[code]) for code in facts.next_steps]
    return format_list(steps, style="or", locale=parse_locale(facts.locale))
