"""Letters: facts and an editable text in, frozen content and a PDF out. Pure: no database, no clock."""

import re
from dataclasses import dataclass

from django.template.loader import get_template
from markupsafe import Markup, escape

from arcollect.money import format_date, format_money
from arcollect.pdf import render_pdf
from reminders.letter_facts import LetterFacts, LetterLine
from reminders.letter_page import page_context, stylesheet
from reminders.letter_words import fill, labels

# An e-mail names this many invoices itself; the attached letter lists them all.
MAIL_LINES = 15


@dataclass(frozen=True, slots=True)
class Content:
    """A letter's composed text, frozen with the Letter row. `subject` is neutral (domain.md 7.5) and plain;
    `paragraphs` are HTML-safe blocks, `plain_text` the same without markup."""

    subject: str
    paragraphs: tuple[str, ...]
    plain_text: str


def compose(facts: LetterFacts, template_source: str) -> Content:
    """The text with its fields filled in. Raises WordingError where the text cannot be used."""
    subject, paragraphs = fill(template_source, facts)
    links = [link for link in (facts.portal_url, facts.creditor.payment_link) if link]
    blocks = tuple(_as_html(paragraph, links) for paragraph in paragraphs)
    return Content(subject=subject, paragraphs=blocks, plain_text="\n\n".join(paragraphs))


def render(facts: LetterFacts, content: Content) -> bytes:
    """The letter as tagged PDF bytes; the same facts and content always give the same bytes."""
    context = page_context(facts) | {"subject": content.subject, "paragraphs": [Markup(p) for p in content.paragraphs]}
    return render_pdf(get_template("letters/page.html").render(context), stylesheet=stylesheet())


def plain_mail(content: Content, facts: LetterFacts) -> str:
    """The e-mail's text part: the letter's words, what is to pay and where, who writes."""
    words = labels(facts.language)
    parts = [content.plain_text, _mail_figures(facts, words), _mail_payment(facts, words), words["attached"]]
    return "\n\n".join([*parts, f"{words['closing']}\n{_mail_signature(facts)}"]) + "\n"


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


def _mail_figures(facts: LetterFacts, words: dict) -> str:
    due_label = words["due"] if facts.code == "L0" else words["pay_by"]
    rows = [f"{words['amount_due']}: {format_money(facts.amount_due, facts.currency, facts.locale)}"]
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


def _mail_payment(facts: LetterFacts, words: dict) -> str:
    creditor = facts.creditor
    pairs = [
        (words["pay_to"], creditor.account_holder or creditor.legal_name),
        (words["bank"], creditor.bank_name),
        (words["iban"], creditor.iban),
        (words["bic"], creditor.bic),
        *(("", line) for line in creditor.account),
        (words["payment_reference"], facts.reference),
        (words["pay_online"], creditor.payment_link),
    ]
    return "\n".join(f"{label}: {value}" if label else value for label, value in pairs if value)


def _mail_signature(facts: LetterFacts) -> str:
    creditor = facts.creditor
    phone = creditor.signatory_phone or creditor.phone
    return "\n".join(line for line in (creditor.signatory, creditor.signatory_role, creditor.legal_name, phone) if line)
