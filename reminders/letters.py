"""Letters: facts and an editable text in, frozen content and a PDF out. Pure: no database, no clock."""

import re
from dataclasses import dataclass

from django.template.loader import get_template
from markupsafe import Markup, escape

from arcollect.money import format_date, format_money
from arcollect.pdf import render_pdf
from reminders.letter_facts import LetterFacts, LetterLine
from reminders.letter_page import figure_labels, page_context, stylesheet
from reminders.letter_words import MAIL, fill, filled_parts, labels, merge_values, paragraphs_of, source

# An e-mail names this many invoices itself; the attached letter lists them all.
MAIL_LINES = 15


@dataclass(frozen=True, slots=True)
class Content:
    """A letter's composed text, frozen with the Letter row. `subject` is neutral (domain.md 7.5) and plain;
    `paragraphs` are HTML-safe blocks, `plain_text` the same without markup."""

    subject: str
    paragraphs: tuple[str, ...]
    plain_text: str


@dataclass(frozen=True, slots=True)
class Mail:
    """The e-mail that carries a letter: its neutral subject and its text part."""

    subject: str
    text: str


def compose(facts: LetterFacts, template_source: str) -> Content:
    """The text with its fields filled in. Raises WordingError where the text cannot be used."""
    return _content(facts, *fill(template_source, facts))


def compose_edited(facts: LetterFacts, subject: str, body: str) -> Content:
    """The words a person gave this one letter, as they are: paragraphs parted by blank lines, no fields."""
    return _content(facts, subject, paragraphs_of(body))


def _content(facts: LetterFacts, subject: str, paragraphs: list[str]) -> Content:
    links = [link for link in (facts.portal_url, facts.creditor.payment_link) if link]
    blocks = tuple(_as_html(paragraph, links) for paragraph in paragraphs)
    return Content(subject=subject, paragraphs=blocks, plain_text="\n\n".join(paragraphs))


def render(facts: LetterFacts, content: Content) -> bytes:
    """The letter as tagged PDF bytes; the same facts and content always give the same bytes."""
    context = page_context(facts, content.plain_text) | {
        "subject": content.subject,
        "paragraphs": [Markup(p) for p in content.paragraphs],
    }
    return render_pdf(get_template("letters/page.html").render(context), stylesheet=stylesheet())


def compose_mail(content: Content, facts: LetterFacts, template_source: str, *, stop_link: str = "") -> Mail:
    """The e-mail around a composed letter, from the text MAIL. Raises WordingError where that cannot be used."""
    words = labels(facts.language)
    values = {
        "subject": content.subject,
        "letter": content.plain_text,
        "figures": _mail_figures(facts, words) or None,
        "payment": _mail_payment(facts, words, content.plain_text) or None,
        "attached": _mail_attached(facts, words),
        "closing": words["closing"],
        "signature": _mail_signature(facts),
        "stop_link": stop_link or None,
    }
    subject, body = filled_parts(template_source, merge_values(facts) | values)
    return Mail(subject=subject, text=re.sub(r"\n\s*\n", "\n\n", body) + "\n")


def plain_mail(content: Content, facts: LetterFacts, *, stop_link: str = "") -> str:
    """The e-mail's text part as we ship it: the letter's words, what is to pay and where, who writes."""
    return compose_mail(content, facts, source(MAIL, facts.language), stop_link=stop_link).text


def _as_html(paragraph: str, links: list[str]) -> str:
    """A paragraph or list as safe HTML. Everything is escaped, the text's author is no author of markup."""
    lines = paragraph.split("\n")
    items = [re.sub(r"^(?:-|\d+\.)\s+", "", line) for line in lines]
    if all(item != line for item, line in zip(items, lines, strict=True)):
        tag = "ul" if lines[0].startswith("-") else "ol"
        return f"<{tag}>{''.join(f'<li>{_linked(item, links)}</li>' for item in items)}</{tag}>"
    return f"<p>{'<br>'.join(_linked(line, links) for line in lines)}</p>"


def _linked(text: str, links: list[str]) -> str:
    """Escaped text in which our own addresses, and no others, can be clicked."""
    safe = str(escape(text))
    for link in links:
        address = str(escape(link))
        safe = safe.replace(address, f'<a href="{address}">{address}</a>')
    return safe


def _mail_attached(facts: LetterFacts, words: dict) -> str:
    """What is attached, and of which invoices a copy is not, where others have theirs."""
    if not facts.copies_missing:
        return words["attached"]
    return f"{words['attached']} {words['copies_missing'].format(numbers=', '.join(facts.copies_missing))}"


def _mail_figures(facts: LetterFacts, words: dict) -> str:
    amount_label, due_label = figure_labels(facts)
    rows = [f"{amount_label}: {format_money(facts.amount_due, facts.currency, facts.locale)}"] if facts.amount_due else []
    if facts.pay_by:
        rows.append(f"{due_label}: {format_date(facts.pay_by, facts.locale)}")
    rows += [f"- {_mail_line(line, facts, words)}" for line in facts.lines[:MAIL_LINES]]
    if len(facts.lines) > MAIL_LINES:
        rows.append(f"- {words['more_invoices'].format(count=len(facts.lines) - MAIL_LINES)}")
    if facts.unapplied:
        rows.append(f"{words['unapplied']}: {format_money(facts.unapplied, facts.currency, facts.locale)}")
    return "\n".join([*rows, *_mail_payments(facts, words)])


def _mail_line(line: LetterLine, facts: LetterFacts, words: dict) -> str:
    asked = format_money(line.collectable, facts.currency, facts.locale)
    return f"{line.number}: {asked} ({words['due_on']}: {format_date(line.due_on, facts.locale, 'medium')})"


def _mail_payments(facts: LetterFacts, words: dict) -> list[str]:
    if not facts.payments:
        return []
    listed = [
        f"- {format_date(payment.received_on, facts.locale, 'medium')}: "
        f"{format_money(payment.amount, facts.currency, facts.locale)}"
        for payment in facts.payments
    ]
    return ["", f"{words['payments_title']}:", *listed]


def _mail_payment(facts: LetterFacts, words: dict, said: str) -> str:
    """Where to pay. The customer's own link stands here unless the letter's words hold it already."""
    creditor, online = facts.creditor, facts.portal_url or ""
    pairs = [
        (words["pay_to"], creditor.account_holder or creditor.legal_name),
        (words["bank"], creditor.bank_name),
        (words["iban"], creditor.iban),
        (words["bic"], creditor.bic),
        *(("", line) for line in creditor.account),
        (words["payment_reference"], facts.reference),
        (words["pay_online"], creditor.payment_link),
        (words["online"], "" if online in said else online),
    ]
    return "\n".join(f"{label}: {value}" if label else value for label, value in pairs if value)


def _mail_signature(facts: LetterFacts) -> str:
    creditor = facts.creditor
    phone = creditor.signatory_phone or creditor.phone
    return "\n".join(line for line in (creditor.signatory, creditor.signatory_role, creditor.legal_name, phone) if line)
