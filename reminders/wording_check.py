"""Whether a text may be saved: read, tried on every kind of letter, kept neutral outside. Pure (domain.md 3.6, 7.3, 7.5)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from reminders.letter_facts import LetterFacts
from reminders.letter_words import MAIL, fields_of, fill, source
from reminders.letters import compose, compose_mail
from reminders.liquid_text import WordingError, refuse_unknown_fields, without_markup

# Nobody who sees an inbox or an envelope's window is to learn that money is owed (domain.md 7.5).
LOUD = re.compile(
    r"\b(overdue|past due|debts?|arrears|unpaid|owe[sd]?|owing|final notice|last notice|collections?|dunning"
    r"|überfällig\w*|fällig\w*|schulden|mahnung\w*|rückst[aä]nd\w*|unbezahlt\w*|zahlungserinnerung|inkasso\w*"
    r"|vencid[oa]s?|deudas?|moros[oa]s?|impagad[oa]s?|adeuda\w*|pendientes?|atras[oa]\w*)\b",
    re.IGNORECASE,
)
SUM = re.compile(r"[$€£¥]\s?\d|\d\s?[$€£¥]|\b[A-Z]{3}\s?\d[\d.,]*\d|\d[\d.,]*\d\s?[A-Z]{3}\b|\d[.,]\d{2}\b")
# A machine may be heard by anybody in the house (domain.md 4.3): nothing of what the call is about, no urgency, no sum.
PRIVATE = re.compile(
    r"\b(invoices?|accounts?|payments?|pay|paid|urgent\w*|immediately|rechnung\w*|zahl\w*|dringend\w*|konto"
    r"|facturas?|pagos?|pagar|urgente\w*|cuenta)\b",
    re.IGNORECASE,
)
# Steps that may be named only where the owner enabled and approved them: through the field next_steps (domain.md 7.3).
THREATS = re.compile(
    r"\b(courts?|lawyers?|solicitors?|attorneys?|legal (?:action|proceedings|steps)|lawsuit|sue|bailiffs?|agency|agencies"
    r"|debt collectors?|credit (?:records?|reports?|scores?|reference|bureaus?|ratings?)|blacklist\w*|police|criminal\w*"
    r"|gericht\w*|(?:rechts)?anw[aä]lt\w*|mahnbescheid\w*|inkasso\w*|auskunftei\w*|schufa|vollstreck\w*|pfänd\w*|strafanzeige"
    r"|tribunal\w*|juzgados?|judicial\w*|demandar\w*|abogad[oa]s?|agencias?|registros? de (?:morosos|solvencia)|asnef|embarg\w*"
    r")\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Threat:
    """A word that threatens, and the line it stands in (from 1)."""

    word: str
    line: int


def check(code: str, text: str, samples: Sequence[tuple[Any, LetterFacts]]) -> list[Threat]:
    """What to warn of in a text. Raises WordingError, with the line where it is known, for one that may not be saved."""
    refuse_unknown_fields(text, fields_of(code))
    for name, facts in samples:
        try:
            subject = _try(code, text, facts)
        except WordingError as problem:
            words = _("In a letter with: %(case)s. %(problem)s") % {"case": name, "problem": problem}
            raise WordingError(words, line=problem.line) from problem
        refuse_loud(subject, facts.creditor.name)
    return threats(without_markup(text))


def _try(code: str, text: str, facts: LetterFacts) -> str:
    """The subject line this text gives a letter."""
    if code != MAIL:
        return fill(text, facts)[0]
    content = compose(facts, source(facts.code, facts.language))
    return compose_mail(content, facts, text, stop_link="https://pay.example/stop").subject


def refuse_loud(subject: str, company: str) -> None:
    """Raises WordingError for a subject line that tells whoever sees it that money is owed, or how much; the name may."""
    seen = subject.replace(company, "") if company else subject
    found = LOUD.search(seen) or SUM.search(seen)
    if found:
        problem = _("The subject line is seen by others: “%(word)s” must not stand in it.") % {"word": found[0].strip()}
        raise WordingError(problem, line=1)


def refuse_private(words: str, company: str) -> None:
    """Raises WordingError for words to a machine that say more than who calls and when to ring back; the name may."""
    heard = words.replace(company, "") if company else words
    found = PRIVATE.search(heard) or LOUD.search(heard) or SUM.search(heard)
    if found:
        raise WordingError(_("Anybody may hear a machine: leave out “%(word)s”.") % {"word": found[0].strip()}, line=1)


def threats(words: str) -> list[Threat]:
    """The words that threaten, line by line."""
    lines = enumerate(words.split("\n"), start=1)
    return [Threat(found[0], number) for number, line in lines for found in THREATS.finditer(line)]
