"""The letter's page: what stands in the window, the tables, the pay-to block, as a context for templates/letters/page.html."""

from datetime import date
from decimal import Decimal
from functools import cache

from django.conf import settings

from arcollect.addresses import envelope_window, foreign_country
from arcollect.money import format_date, format_money
from arcollect.qr import grouped, page_code, picture, transfer_order
from reminders.letter_facts import LetterFacts, LetterLine, ReceivedPayment
from reminders.letter_words import direct_line, labels

# A table of up to so many rows, sums included, stands inside the letter; a longer one follows the signature, so that page
# one holds the whole letter. Up to WHOLE_ROWS a table is not broken across pages.
INLINE_ROWS = 4
WHOLE_ROWS = 12


@cache
def stylesheet() -> str:
    return (settings.BASE_DIR / "templates" / "letters" / "letter.css").read_text(encoding="utf-8")


def page_context(facts: LetterFacts, said: str = "") -> dict:
    """Everything the template prints, as text in the customer's language; the template adds up nothing. `said`: its words."""
    asked = asked_table(facts)
    return {
        "facts": facts,
        "creditor": facts.creditor,
        "words": labels(facts.language),
        "paper": facts.paper.lower(),
        "window": window_lines(facts),
        "address_missing": not facts.customer.address,
        "sender_lines": "\n".join(facts.creditor.address),
        "info": info_blocks(facts),
        "signature": signature(facts),
        "today": format_date(facts.today, facts.locale),
        "amount_due": _money(facts, facts.amount_due) if facts.amount_due else "",
        "pay_by": format_date(facts.pay_by, facts.locale) if facts.pay_by else "",
        "figure_labels": figure_labels(facts),
        "long_list": bool(asked) and asked["length"] > INLINE_ROWS,
        "list_follows": labels(facts.language)["list_follows"].format(count=len(facts.lines)),
        "asked": asked,
        "claims": claims_table(facts),
        "asides": aside_tables(facts),
        "foot_left": _joined(facts.creditor.legal_name, *facts.creditor.address),
        "foot_right": _joined(*_legal_lines(facts)),
        "pay_rows": pay_rows(facts),
        "qr": payment_code(facts),
        "online": link_code(facts, said),
        "question": question(facts),
        "terms_agreed": terms_agreed(facts),
    }


def figure_labels(facts: LetterFacts) -> tuple[str, str]:
    """What stands above the large figure, and above its date: a letter that confirms a call demands neither."""
    words = labels(facts.language)
    if facts.code == "LCALL":
        return words["agreed" if facts.agreed.promises else "open"], words["agreed_by"]
    return words["amount" if facts.instalment else "amount_due"], words["due" if facts.code in ("L0", "LC", "LPI") else "pay_by"]


def terms_agreed(facts: LetterFacts) -> str:
    """The days to pay agreed for these invoices, in words; "" where they differ from invoice to invoice."""
    days = {(line.due_on - line.issued_on).days for line in facts.lines}
    return labels(facts.language)["terms_words"].format(days=days.pop()) if len(days) == 1 else ""


def window_lines(facts: LetterFacts) -> dict:
    """The address as it stands in the window, and its size class when it is longer than the window's six lines."""
    customer, creditor = facts.customer, facts.creditor
    contact = customer.contact_name if customer.contact_name != customer.name else ""
    lines = [customer.name, contact, *customer.address, country_line(facts)]
    return envelope_window(lines, (creditor.name, *creditor.address))


def info_blocks(facts: LetterFacts) -> list[str]:
    """What stands beside the window, a block a paragraph: the day, the numbers to quote, whom to ask."""
    creditor, words = facts.creditor, labels(facts.language)
    phone = f"{words['phone']} {creditor.phone}" if creditor.phone else ""
    if creditor.signatory_phone:
        phone = f"{words['direct_line']} {creditor.signatory_phone}"
    numbers = _joined(
        f"{words['customer_number']} {facts.customer.reference}" if facts.customer.reference else "",
        f"{words['letter_number']} {facts.letter_id}" if facts.letter_id else "",
    )
    blocks = [format_date(facts.today, facts.locale), numbers, _joined(creditor.signatory, phone, creditor.email)]
    return [block for block in blocks if block]


def signature(facts: LetterFacts) -> dict:
    """Who signs, in bold, and the lines below: the company signs where no person does."""
    creditor = facts.creditor
    if not creditor.signatory:
        return {"name": creditor.legal_name, "below": creditor.signatory_role}
    return {"name": creditor.signatory, "below": _joined(creditor.signatory_role, creditor.legal_name)}


def country_line(facts: LetterFacts) -> str:
    """The country for mail abroad, in the language of the post office that sorts it first: the creditor's."""
    return foreign_country(facts.customer.address, facts.customer.country, facts.creditor.country)


def aside_tables(facts: LetterFacts) -> list[dict]:
    """The tables after the signature, which explain the figures on page one; one without rows is left out."""
    words = labels(facts.language)
    apart = [
        _aside_table(facts, words, "queried", facts.queried),
        _aside_table(facts, words, "planned", facts.planned),
        _aside_table(facts, words, "promised", facts.promised),
        _aside_table(facts, words, "offered", facts.offered),
        _aside_table(facts, words, "not_due", facts.not_due),
    ]
    return [_laid_out(table) for table in (_payments_table(facts, words), *apart) if table["rows"]]


def _laid_out(table: dict) -> dict:
    """The table with where its right-aligned columns start, how far the label of a sum reaches, and how long it is."""
    columns, length = table["columns"], len(table["rows"]) + len(table["sums"])
    first_right = next(place for place, column in enumerate(columns) if column["right"])
    return table | {
        "first_right": first_right,
        "label_span": len(columns) - 1,
        "length": length,
        "whole": length <= WHOLE_ROWS,
    }


def asked_table(facts: LetterFacts) -> dict | None:
    """Invoices asked for, None without any. Every row adds up before the reader's eyes: total less paid less set aside."""
    if not facts.lines:
        return None
    words = labels(facts.language)
    late = any(line.days_past_due > 0 for line in facts.lines)
    aside = any(line.set_aside for line in facts.lines)
    columns = [("number", False), ("issued_on", False), ("due_on", False)]
    columns += [("days_late", True)] if late else []
    columns += [("total", True), ("paid", True)]
    columns += [("set_aside", True)] if aside else []
    columns += [("to_pay", True)]

    def row(line: LetterLine) -> list[str]:
        cells = [_numbered(line), _day(facts, line.issued_on), _day(facts, line.due_on)]
        cells += [str(max(line.days_past_due, 0))] if late else []
        cells += [_figure(facts, line.total), _figure(facts, line.paid)]
        cells += [_figure(facts, line.set_aside)] if aside else []
        return [*cells, _figure(facts, line.collectable)]

    return _laid_out(
        {
            "title": words["list_title"],
            "note": words["unapplied_note"] if facts.unapplied else "",
            "columns": _heads(facts, words, columns),
            "rows": [row(line) for line in facts.lines],
            "sums": _sums(facts, words),
        }
    )


def claims_table(facts: LetterFacts) -> dict | None:
    """What the law adds, below the amount due and not in it; None where nothing is claimed."""
    if not facts.claims:
        return None
    words, until = labels(facts.language), {claim.kind: format_date(claim.until, facts.locale) for claim in facts.claims}
    rows = [[words[f"claim_{c.kind}"].format(until=until[c.kind]), _figure(facts, c.amount)] for c in facts.claims]
    columns = _heads(facts, words, [("claim", False), ("amount", True)])
    return _laid_out({"title": words["claims_title"], "note": "", "columns": columns, "rows": rows, "sums": []})


def _sums(facts: LetterFacts, words: dict) -> list[tuple[str, str]]:
    if facts.unapplied:
        return [
            (words["sum"], _figure(facts, facts.total)),
            (words["unapplied"], _figure(facts, -facts.unapplied)),
            (words["amount_due"], _figure(facts, facts.net)),
        ]
    return [(words["sum"], _figure(facts, facts.total))] if len(facts.lines) > 1 else []


def _payments_table(facts: LetterFacts, words: dict) -> dict:
    columns = [("received_on", False), ("reference", False), ("for_invoice", False), ("amount", True)]

    def row(payment: ReceivedPayment) -> list[str]:
        amount = _figure(facts, payment.amount)
        return [_day(facts, payment.received_on), payment.reference, payment.invoice_number, amount]

    return {
        "title": words["payments_title"],
        "columns": _heads(facts, words, columns),
        "rows": [row(payment) for payment in facts.payments],
        "sums": [],
    }


def _aside_table(facts: LetterFacts, words: dict, kind: str, lines: tuple[LetterLine, ...]) -> dict:
    """What is owed but not asked for here: its part under query, in a plan, promised, or the whole of what is not due."""
    amount = "open" if kind == "not_due" else kind
    part = {
        "queried": lambda line: line.disputed,
        "planned": lambda line: line.planned,
        "promised": lambda line: line.promised,
        "offered": lambda line: line.offered,
        "not_due": lambda line: line.total - line.paid,
    }[kind]
    columns = [("number", False), ("issued_on", False), ("due_on", False), ("total", True), (amount, True)]
    # "Not part of the amount due" would be said of the very amount a confirmation shows large.
    plain = facts.code == "LCALL" and kind != "not_due"
    return {
        "title": words[kind if plain else f"{kind}_title"],
        "note": words["queried_note"] if kind == "queried" else "",
        "columns": _heads(facts, words, columns),
        "rows": [
            [
                _numbered(line),
                _day(facts, line.issued_on),
                _day(facts, line.due_on),
                _figure(facts, line.total),
                _figure(facts, part(line)),
            ]
            for line in lines
        ],
        "sums": [],
    }


def _heads(facts: LetterFacts, words: dict, columns: list[tuple[str, bool]]) -> list[dict]:
    """Head cells; the currency stands once, in the head of the last, the amount column."""
    heads = [{"name": name, "text": words[name], "right": right} for name, right in columns]
    heads[-1]["text"] = f"{heads[-1]['text']} ({facts.currency})"
    return heads


def _numbered(line: LetterLine) -> str:
    return f"{line.number}\n{line.purchase_order}" if line.purchase_order else line.number


def pay_rows(facts: LetterFacts) -> list[tuple[str, str]]:
    """Label and value of every line of the pay-to block."""
    creditor, words = facts.creditor, labels(facts.language)
    has_account = creditor.iban or creditor.account or creditor.bank_name
    rows = [
        (words["account_holder"], (creditor.account_holder or creditor.legal_name) if has_account else ""),
        (words["bank"], creditor.bank_name),
        (words["iban"], grouped(creditor.iban)),
        (words["bic"], creditor.bic),
        *(_split_label(line) for line in creditor.account),
        (words["payment_reference"], facts.reference),
    ]
    return [(label, value) for label, value in rows if value]


def _split_label(line: str) -> tuple[str, str]:
    label, colon, value = line.partition(":")
    return (label.strip(), value.strip()) if colon else ("", line)


def payment_code(facts: LetterFacts) -> dict | None:
    """A QR code: the bank transfer itself where EPC069-12 allows it (EUR, an IBAN), else the payment page, else none.

    The customer's own link leads to the payment page as well, with amount and reference filled in: one code is enough.
    """
    creditor, words = facts.creditor, labels(facts.language)
    transfer = order_of(facts)
    if transfer:
        alt = words["qr_bank"].format(amount=_money(facts, facts.amount_due), reference=facts.reference)
        return {"source": picture(transfer), "alt": alt}
    if creditor.payment_link and not facts.portal_url:
        return {"source": page_code(creditor.payment_link), "alt": words["qr_link"]}
    return None


def link_code(facts: LetterFacts, said: str) -> dict | None:
    """A QR code of the customer's own link, what it is for, and the link itself unless the letter's words hold it."""
    link, words = facts.portal_url, labels(facts.language)
    if not link:
        return None
    address = "" if link in said else link
    return {"source": picture(link), "alt": words["qr_online"], "caption": words["online_code"], "address": address}


def order_of(facts: LetterFacts) -> bytes:
    """The transfer the letter asks for, as banking apps read it."""
    creditor = facts.creditor
    return transfer_order(
        name=creditor.account_holder or creditor.legal_name,
        iban=creditor.iban,
        bic=creditor.bic,
        amount=facts.amount_due,
        currency=facts.currency,
        reference=facts.reference,
    )


def question(facts: LetterFacts) -> str:
    """How to dispute: every letter says it."""
    words, creditor = labels(facts.language), facts.creditor
    phone, email = direct_line(facts), creditor.email
    if phone and email:
        return words["question"].format(phone=phone, email=email)
    if phone:
        return words["question_phone"].format(phone=phone)
    return words["question_email"].format(email=email) if email else ""


def _legal_lines(facts: LetterFacts) -> list[str]:
    words, creditor = labels(facts.language), facts.creditor
    return [
        " · ".join(part for part in (creditor.phone, creditor.email) if part),
        creditor.website,
        f"{words['tax_id']} {creditor.tax_id}" if creditor.tax_id else "",
        creditor.registration,
    ]


def _joined(*lines: str) -> str:
    return "\n".join(line for line in lines if line)


def _money(facts: LetterFacts, amount: Decimal) -> str:
    return format_money(amount, facts.currency, facts.locale)


def _figure(facts: LetterFacts, amount: Decimal) -> str:
    return format_money(amount, facts.currency, facts.locale, symbol=False)


def _day(facts: LetterFacts, day: date) -> str:
    return format_date(day, facts.locale, "medium")
