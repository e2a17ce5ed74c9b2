"""Lays out the agreement: what its terms say, and nothing they do not (domain.md 6.1, look.md). Equal terms, equal bytes."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from arcollect.money import format_money
from arcollect.pdf import render_pdf
from arcollect.qr import grouped
from invoices.agreement_clauses import Facts, authority_of

# Longer lists do not stand side by side: the schedule gets the page's width, the invoices follow at the end.
BESIDE_ROWS = 14


@cache
def stylesheet() -> str:
    """How an agreement looks on paper; its page of evidence adds to it."""
    return (settings.BASE_DIR / "templates" / "agreement" / "agreement.css").read_text(encoding="utf-8")


def agreement_pdf(terms: Mapping[str, Any], terms_sha256: str, logo: str = "") -> bytes:
    """The PDF that is signed. `logo`: the creditor's as a data: URI, the one thing on it that is not said by the terms."""
    return render_pdf(render_to_string("agreement/page.html", _context(terms, terms_sha256, logo)), stylesheet=stylesheet())


def _context(terms: Mapping[str, Any], terms_sha256: str, logo: str) -> dict[str, Any]:
    facts = Facts(terms)
    words, schedule, invoices = facts.words, schedule_table(facts), invoice_table(facts)
    annexed = len(terms["invoices"]) > BESIDE_ROWS
    return frame(facts) | {
        "terms": terms,
        "terms_sha256": terms_sha256,
        "logo": logo,
        "dated": facts.day(terms["offered_on"]) if terms["offered_on"] else "",
        "offer_until": words["offer_until"].format(day=facts.day(terms["accept_by"])) if terms["accept_by"] else "",
        "figures": _figures(facts),
        "parties": [party(facts, "creditor"), party(facts, "customer")],
        "invoices": None if annexed else invoices,
        "annex": invoices if annexed else None,
        "annexed": words["invoices_annexed"].format(count=facts.count("invoices", len(terms["invoices"]))),
        "schedule": schedule,
        "beside": len(terms["schedule"]) <= BESIDE_ROWS,
        "pay_rows": pay_rows(facts),
        "authority": authority_of(words, terms["customer"]["kind"]).format_map(facts.values),
        "for_customer": words["for_customer"].format_map(facts.values),
        "for_creditor": words["for_creditor"].format_map(facts.values),
    }


def frame(facts: Facts) -> dict[str, Any]:
    """What stands around a page: language, paper, title and foot."""
    terms, words = facts.terms, facts.words
    name = f"{words['number']} {terms['reference']}, {words['version_word']} {terms['version']}"
    return {
        "words": words,
        "language": terms["language"],
        "paper": terms["paper"],
        "creditor": terms["creditor"],
        "title": words["title"],
        "name": name,
        "foot": f"{terms['creditor']['legal_name']}\n{name} · {words['words_version']} {terms['words']}",
    }


def _figures(facts: Facts) -> list[tuple[str, str]]:
    """The only large figures: what is owed, in how many payments, and when the last one is due."""
    terms, words = facts.terms, facts.words
    paid = [(words["to_pay"], facts.values["to_pay"])] if facts.discount else []
    return [
        (words["owed"], facts.values["total"]),
        *paid,
        (words["payments"], str(len(terms["schedule"]))),
        (words["last_on"], facts.day(terms["schedule"][-1]["due_on"])),
    ]


def party(facts: Facts, side: str) -> dict[str, Any]:
    """Who agrees: legal name, address, numbers."""
    row, words = facts.terms[side], facts.words
    ids = [
        f"{words['customer_number']} {row['reference']}" if row.get("reference") else "",
        f"{words['tax_id']} {row['tax_id']}" if row["tax_id"] else "",
        f"{words['registration']} {row['registration']}" if row.get("registration") else "",
    ]
    return {
        "label": words["we" if side == "creditor" else "you"],
        "name": row["legal_name"],
        "lines": [*(row["address"] or [words["address_missing"]]), *(line for line in ids if line)],
    }


def invoice_table(facts: Facts) -> dict[str, Any]:
    """The invoices; where only a part of one is covered, its whole amount beside."""
    terms = facts.terms
    partly = any(row["total"] != row["covered"] for row in terms["invoices"])
    columns = ["invoice", "issued_on", "due_on", *(["amount"] if partly else []), "covered" if partly else "amount"]
    rows = [
        [
            row["number"],
            facts.day(row["issued_on"], "medium"),
            facts.day(row["due_on"], "medium"),
            *([_figure(facts, row["total"])] if partly else []),
            _figure(facts, row["covered"]),
        ]
        for row in terms["invoices"]
    ]
    return _table(facts, "invoices", columns, rows, [("sum", terms["total"])])


def schedule_table(facts: Facts) -> dict[str, Any]:
    """Every payment with its exact day and amount."""
    terms = facts.terms
    rows = [[str(row["position"]), facts.day(row["due_on"]), _figure(facts, row["amount"])] for row in terms["schedule"]]
    return _table(facts, "schedule", ["position", "pay_on", "amount"], rows, [("sum", terms["to_pay"])])


def _table(
    facts: Facts, title: str, columns: Sequence[str], rows: list[list[str]], sums: list[tuple[str, str]]
) -> dict[str, Any]:
    """The currency stands once, in the head of the amounts."""
    words, money = facts.words, {"amount", "covered"}
    heads = [{"name": name, "text": words[name], "right": name in money} for name in columns]
    heads[-1]["text"] += f" ({facts.terms['currency']})"
    return {
        "title": words[title],
        "columns": heads,
        "first_right": next(place for place, head in enumerate(heads) if head["right"]),
        "label_span": len(columns) - 1,
        "rows": rows,
        "sums": [(words[label], _figure(facts, amount)) for label, amount in sums] if len(rows) > 1 else [],
    }


def pay_rows(facts: Facts) -> list[tuple[str, str]]:
    """Where the payments go, and what they quote."""
    payment, words = facts.terms["payment"], facts.words
    rows = [
        (words["account_holder"], payment["account_holder"]),
        (words["bank"], payment["bank"]),
        (words["iban"], grouped(payment["iban"])),
        (words["bic"], payment["bic"]),
        *(_split(line) for line in payment["lines"]),
    ]
    known = [(label, value) for label, value in rows if value]
    return [*(known or [("", words["pay_as_usual"])]), (words["payment_reference"], facts.terms["reference"])]


def _split(line: str) -> tuple[str, str]:
    label, colon, value = line.partition(":")
    return (label.strip(), value.strip()) if colon else ("", line.strip())


def _figure(facts: Facts, plain: str) -> str:
    return format_money(Decimal(plain), facts.terms["currency"], facts.terms["locale"], symbol=False)
