"""What was agreed in a call as ready-made words: no text needs a loop to list promises. Pure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from babel.lists import format_list

from arcollect.money import parse_locale
from reminders.letter_facts import LetterFacts

# An offer of more instalments is said as a whole; the plan itself lists them.
NAMED_INSTALMENTS = 4

AGREED_FIELDS = {
    "promises": 'Everything promised, with its day: "$600.00 by July 10 and $650.00 by July 31"; empty where nothing is',
    "queries": 'What the customer queried on the call: "invoice INV-7 (the price, $150.00)"; empty where nothing was',
    "queries_answered_by": "Until when you answer these queries",
    "offer": "The instalments of the plan you offered on the call, in words; empty where you offered none",
    "offer_accept_by": "Until when that offer stands",
    "settlement_amount": "What you take instead of all that is owed, where a settlement is on offer; else empty",
    "settlement_total": "What is owed of the invoices it settles",
    "settlement_credit": "What they need not pay if they keep to it",
    "settlement_accept_by": "Until when they may accept it",
    "settlement_pay_by": "Until when the money must have reached your account",
    "callback_date": "The day you call again, as agreed; empty where nothing was",
    "terms": 'Your terms with this customer, where they are to be said again: "30 days from the invoice date"; else empty',
    "statement": "True where the letter lists everything open because the customer asked for it",
    "document_wanted": "True where the customer is to send the paper that shows what they said",
    "refused": "True where the customer said that they will not pay",
    "reference": "The reference to give with a payment",
}

Money = Callable[[Decimal], str]
Day = Callable[[date], str]


def agreed_values(facts: LetterFacts, words: Mapping[str, Any], money: Money, day: Day) -> dict[str, str | bool]:
    """The values of AGREED_FIELDS; `words` are the labels of the letter's language."""
    agreed = facts.agreed
    promises = agreed.promises or ((facts.promise,) if facts.promise else ())
    answers = [query.answer_by for query in agreed.queries if query.answer_by]
    return {
        "promises": _listed(facts, (_sum_by(words, money(one.amount), day(one.due_on)) for one in promises)),
        "queries": _listed(
            facts,
            (
                words["query_words"].format(number=one.invoice_number, query=one.query, amount=money(one.amount))
                for one in agreed.queries
            ),
        ),
        "queries_answered_by": day(max(answers)) if answers else "",
        "offer": _offer(facts, words, money, day),
        "offer_accept_by": day(agreed.accept_by) if agreed.accept_by else "",
        **_settlement_values(facts, money, day),
        "callback_date": day(agreed.callback_on) if agreed.callback_on else "",
        "terms": words["terms_words"].format(days=agreed.terms_days) if agreed.terms_days else "",
        "statement": agreed.statement,
        "document_wanted": agreed.document,
        "refused": agreed.decide_on is not None,
        "reference": facts.reference,
    }


def _settlement_values(facts: LetterFacts, money: Money, day: Day) -> dict[str, str | bool]:
    row = facts.agreed.settlement
    return {
        "settlement_amount": money(row.amount) if row else "",
        "settlement_total": money(row.total) if row else "",
        "settlement_credit": money(row.total - row.amount) if row else "",
        "settlement_accept_by": day(row.accept_by) if row else "",
        "settlement_pay_by": day(row.pay_by) if row else "",
    }


def _offer(facts: LetterFacts, words: Mapping[str, Any], money: Money, day: Day) -> str:
    parts = facts.agreed.instalments
    if len(parts) <= NAMED_INSTALMENTS:
        return _listed(facts, (_sum_by(words, money(amount), day(due_on)) for due_on, amount in parts))
    total = sum((amount for _due_on, amount in parts), Decimal(0))
    return words["many_instalments"].format(count=len(parts), total=money(total), first=day(parts[0][0]), last=day(parts[-1][0]))


def _sum_by(words: Mapping[str, Any], amount: str, by: str) -> str:
    return words["sum_by"].format(amount=amount, day=by)


def _listed(facts: LetterFacts, parts: Iterable[str]) -> str:
    return format_list(list(parts), locale=parse_locale(facts.locale))
