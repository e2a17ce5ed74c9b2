"""The page of an invoice or credit note made here, in the letters' typography: what its paper says; it adds up nothing."""

from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings

from arcollect.addresses import envelope_window, foreign_country, paper_for
from arcollect.money import format_date, format_money, quantize
from arcollect.phones import show_phone
from arcollect.qr import grouped, page_code, picture, transfer_order
from invoices.en16931 import has_vat_id
from invoices.paper import Paper, PaperLine
from invoices.paper_words import NO_VAT, exemption, number, percent, tax_name, terms_words, unit_name, words_of
from invoices.portal.paying import filled_link
from invoices.sums import UNTAXED, TaxSum


@cache
def stylesheet() -> str:
    """The letters' own, and what an invoice adds to it."""
    folder = settings.BASE_DIR / "templates"
    return "".join((folder / path).read_text(encoding="utf-8") for path in ("letters/letter.css", "invoice/invoice.css"))


def page_context(paper: Paper) -> dict[str, Any]:
    """Everything templates/invoice/page.html prints, in the customer's language."""
    words, seller, buyer = words_of(paper.language), paper.seller, paper.buyer
    title = words["credit_note" if paper.is_credit else "invoice"].format(number=paper.number)
    contact = buyer.contact_name if buyer.contact_name != buyer.legal_name else ""
    country = foreign_country(buyer.lines, buyer.country, seller.country)
    return {
        "paper": paper_for(buyer.country or seller.country).lower(),
        "language": paper.language,
        "title": title,
        "words": words,
        "creditor": {"name": seller.name, "logo_data_uri": paper.logo, "payment_link": _link(paper)},
        "legal_name": seller.legal_name,
        "sender_lines": "\n".join(seller.lines),
        "window": envelope_window([buyer.legal_name, contact, *buyer.lines, country], [seller.name, *seller.lines]),
        "address_missing": not (buyer.street and buyer.city),
        "info": info_blocks(paper),
        "subtitle": _corrected(paper),
        "columns": _columns(paper),
        "rows": [_row(paper, line) for line in paper.lines],
        "sums": _sums(paper),
        "reasons": _reasons(paper),
        "note": paper.note.strip(),
        "conditions": paper.conditions,
        "terms": terms_words(paper),
        "figure_labels": (words["credited" if paper.is_credit else "amount_due"], words["pay_by"]),
        "amount_due": _money(paper, paper.sums.due),
        "pay_by": "" if paper.is_credit else format_date(paper.due_on, paper.locale),
        "pay_rows": [] if paper.is_credit else pay_rows(paper),
        "qr": None if paper.is_credit else payment_code(paper),
        "foot_left": _joined(seller.legal_name, *seller.lines),
        "foot_right": _joined(*_legal_lines(paper)),
    }


def info_blocks(paper: Paper) -> list[str]:
    """What stands beside the window: the days, the numbers to quote, whom to ask."""
    words, seller, buyer = words_of(paper.language), paper.seller, paper.buyer
    days = [(words["credit_date" if paper.is_credit else "invoice_date"], format_date(paper.issued_on, paper.locale))]
    days += [(words["delivered"], format_date(paper.delivered_on, paper.locale))] if paper.delivered_on else []
    numbers = [
        (words["customer_number"], buyer.reference),
        (words["purchase_order"], paper.purchase_order),
        (words["buyer_reference"], paper.buyer_reference),
        (words["quote_reference"], paper.quote_reference),
        (words["buyer_vat_id" if has_vat_id(buyer.tax_id) else "buyer_tax_id"], buyer.tax_id),
    ]
    people = [
        (words["contact"], seller.contact_name),
        (words["phone"], show_phone(seller.phone, buyer.country)),
        (words["email"], seller.email),
    ]
    blocks = [_joined(*(f"{label} {value}" for label, value in rows if value)) for rows in (days, numbers, people)]
    return [block for block in blocks if block]


def pay_rows(paper: Paper) -> list[tuple[str, str]]:
    """Label and value of every line of the pay-to block."""
    words, account = words_of(paper.language), paper.account
    rows = [
        (words["account_holder"], account.holder),
        (words["bank"], account.bank),
        (words["iban"], grouped(account.iban)),
        (words["bic"], account.bic),
        *(_split_label(line) for line in account.details),
        (words["payment_reference"], paper.number),
    ]
    return [(label, value) for label, value in rows if value]


def payment_code(paper: Paper) -> dict[str, str] | None:
    """A QR code: the bank transfer where EPC069-12 allows it, else the page to pay on, else none."""
    words, account = words_of(paper.language), paper.account
    order = transfer_order(
        name=account.holder,
        iban=account.iban,
        bic=account.bic,
        amount=paper.sums.due,
        currency=paper.currency,
        reference=paper.number,
    )
    if order:
        alt = words["qr_bank"].format(amount=_money(paper, paper.sums.due), reference=paper.number)
        return {"source": picture(order), "alt": alt}
    link = _link(paper)
    return {"source": page_code(link), "alt": words["qr_link"]} if link else None


def _columns(paper: Paper) -> list[dict[str, Any]]:
    """The heads; a tax column only where there is tax. The currency stands once, over the amounts."""
    words = words_of(paper.language)
    taxed = [("rate", tax_name(paper))] if _shows_tax(paper) else []
    heads = [("position", words["position"]), ("description", words["description"]), ("quantity", words["quantity"])]
    heads += [("price", words["price"]), *taxed, ("amount", f"{words['amount']} ({paper.currency})")]
    return [{"name": name, "text": text, "right": name not in ("position", "description")} for name, text in heads]


def _row(paper: Paper, line: PaperLine) -> list[str]:
    item, words = line.item, words_of(paper.language)
    quantity = f"{number(item.quantity, paper.locale)} {unit_name(paper, line.unit)}".strip()
    price = _price(paper, item.unit_price)
    if item.discount_pct:
        price += "\n" + words["discount"].format(percent=percent(item.discount_pct, paper.locale))
    rate = [percent(item.rate if item.category not in UNTAXED else Decimal(0), paper.locale)] if _shows_tax(paper) else []
    return [str(line.position), line.description, quantity, price, *rate, _figure(paper, line.net)]


def _sums(paper: Paper) -> list[tuple[str, str]]:
    """Net, tax by rate, total, what was paid before: whatever is more than the one figure."""
    words, sums = words_of(paper.language), paper.sums
    rows = []
    if _shows_tax(paper):
        rows += [(words["net"], _figure(paper, sums.net)), *(_tax_row(paper, group) for group in sums.taxes)]
    rows.append((words["total"], _figure(paper, sums.gross)))
    if sums.prepaid:
        rows += [(words["prepaid"], _figure(paper, -sums.prepaid)), (words["amount_due"], _figure(paper, sums.due))]
    return rows


def _tax_row(paper: Paper, group: TaxSum) -> tuple[str, str]:
    base, rate = _figure(paper, group.base), percent(group.rate, paper.locale)
    label = words_of(paper.language)["tax_on"].format(tax=tax_name(paper), percent=rate, base=base)
    return label, _figure(paper, group.tax)


def _shows_tax(paper: Paper) -> bool:
    """Whether tax is a matter on this page: not on an invoice that is wholly outside of it."""
    return paper.categories != {"O"}


def _reasons(paper: Paper) -> list[str]:
    """Why there is no tax on some or all lines; where no VAT is known, nobody misses it."""
    silent = {"O"} if paper.seller.country in NO_VAT else set()
    found = (exemption(paper, group.category) for group in paper.sums.taxes if group.category not in silent)
    return [reason for reason in found if reason]


def _corrected(paper: Paper) -> str:
    if paper.corrects is None:
        return ""
    day = format_date(paper.corrects.issued_on, paper.locale)
    return words_of(paper.language)["credit_of"].format(number=paper.corrects.number, day=day)


def _legal_lines(paper: Paper) -> list[str]:
    words, seller = words_of(paper.language), paper.seller
    return [
        " · ".join(part for part in (show_phone(seller.phone, paper.buyer.country), seller.email) if part),
        seller.website,
        f"{words['vat_id' if has_vat_id(seller.tax_id) else 'tax_id']} {seller.tax_id}" if seller.tax_id else "",
        seller.registration,
    ]


def _link(paper: Paper) -> str:
    due = paper.sums.due
    return filled_link(paper.account.link, amount=due, currency=paper.currency, reference=paper.number)


def _split_label(line: str) -> tuple[str, str]:
    label, colon, value = line.partition(":")
    return (label.strip(), value.strip()) if colon else ("", line.strip())


def _price(paper: Paper, price: Decimal) -> str:
    """As money; finer than the currency where the price is."""
    finer = quantize(price, paper.currency) != price
    return number(price, paper.locale) if finer else _figure(paper, price)


def _figure(paper: Paper, amount: Decimal) -> str:
    return format_money(amount, paper.currency, paper.locale, symbol=False)


def _money(paper: Paper, amount: Decimal) -> str:
    return format_money(amount, paper.currency, paper.locale)


def _joined(*lines: str) -> str:
    return "\n".join(line for line in lines if line)
