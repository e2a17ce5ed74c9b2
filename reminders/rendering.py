"""Turns a letter of the outbox into what people read: its text, its PDF, and the e-mail that carries it."""

from customers.models import Letter
from customers.models.letter import LetterState
from reminders.correspondence import facts_of
from reminders.letter_facts import LetterFacts
from reminders.letter_links import with_link
from reminders.letter_words import MAIL
from reminders.letters import Content, Mail, compose, compose_edited, compose_mail, render
from reminders.wordings import text_of

# From here on the stored copy is what the customer may have in hand; before, an earlier attempt's copy is worth nothing.
GONE = {LetterState.SENDING, LetterState.SENT, LetterState.UNCONFIRMED}


def composed(letter: Letter) -> tuple[LetterFacts, Content]:
    """What the letter states, and how it says so: in a person's words for it, else in the business's own text, else ours."""
    facts = facts_of(letter)
    if letter.edited:
        return facts, compose_edited(facts, letter.subject, with_link(letter.body, letter))
    return facts, composed_anew(letter, facts)


def composed_anew(letter: Letter, facts: LetterFacts) -> Content:
    """The letter's words as its text gives them, whatever a person wrote instead."""
    return compose(facts, text_of(letter.business, letter.code, facts.language))


def composed_mail(letter: Letter, *, stop_link: str = "") -> Mail:
    """The e-mail that carries the letter. `stop_link`: where the customer says that letters are to come by post."""
    facts, content = composed(letter)
    return compose_mail(content, facts, text_of(letter.business, MAIL, facts.language), stop_link=stop_link)


def letter_pdf(letter: Letter) -> bytes:
    """The letter as it went out, or as it would go out now."""
    if letter.document is not None and letter.state in GONE:
        return bytes(letter.document.bytes)
    facts, content = composed(letter)
    return render(facts, content)
