"""Turns a letter of the outbox into what people read: its text, and its PDF."""

from customers.models import Letter
from customers.models.letter import LetterState
from reminders.correspondence import facts_of
from reminders.letter_facts import LetterFacts
from reminders.letter_words import source
from reminders.letters import Content, compose, render

# From here on the stored copy is what the customer may have in hand; before, an earlier attempt's copy is worth nothing.
GONE = {LetterState.SENDING, LetterState.SENT, LetterState.UNCONFIRMED}


def composed(letter: Letter) -> tuple[LetterFacts, Content]:
    """What the letter states, and how it says so."""
    facts = facts_of(letter)
    return facts, compose(facts, source(letter.code, facts.language))


def letter_pdf(letter: Letter) -> bytes:
    """The letter as it went out, or as it would go out now."""
    if letter.document is not None and letter.state in GONE:
        return bytes(letter.document.bytes)
    facts, content = composed(letter)
    return render(facts, content)
