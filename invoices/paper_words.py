"""The words on invoices made here: templates/invoice/<language>.toml, and the sentences that need figures."""

from decimal import Decimal

from babel.numbers import format_decimal, format_percent

from arcollect.money import format_date, parse_locale
from arcollect.words import WordFiles
from invoices.paper import Paper

WORDS = WordFiles("invoice")
languages, language_for, words_of = WORDS.languages, WORDS.language_for, WORDS.words_of
# Here the tax on sales is not called VAT, and an invoice without any says nothing about it.
NO_VAT = frozenset({"US", "CA", "AU", "NZ", "SG", "IN", "MY", "HK"})


def exemption(paper: Paper, category: str) -> str:
    """Why no tax is charged (BT-120), "" for what is taxed, or at nothing by law."""
    if category == "E":
        return paper.exemption_reason.strip()
    return words_of(paper.language)["exemptions"].get(category, "")


def terms_words(paper: Paper) -> str:
    """When it is to be paid and what early payment is worth, or what a credit note does (BT-20)."""
    words = words_of(paper.language)
    if paper.corrects:
        return words["credit_sentence"].format(number=paper.corrects.number)
    due = format_date(paper.due_on, paper.locale)
    if not paper.terms_days:
        terms = words["terms_at_once"]
    else:
        terms = words["terms_days"].format(days=paper.terms_days, due=due)
    if paper.discount_pct and paper.discount_days:
        pct = percent(paper.discount_pct, paper.locale)
        terms += " " + words["terms_discount"].format(percent=pct, days=paper.discount_days)
    return terms


def tax_name(paper: Paper) -> str:
    """ "VAT" where the seller's country has one, else "Tax"."""
    words = words_of(paper.language)
    return words["tax"] if paper.seller.country in NO_VAT else words["vat"]


def unit_name(paper: Paper, unit: str) -> str:
    """The unit in words, the code itself where we have none; "" for a piece, which goes without saying."""
    return words_of(paper.language)["units"].get(unit, unit)


def percent(rate: Decimal, locale: str) -> str:
    """ "20 %" or "7.5%", in the manner of the locale."""
    return format_percent(rate.normalize() / 100, locale=parse_locale(locale), decimal_quantization=False)


def number(figure: Decimal, locale: str) -> str:
    """A quantity or price with as many decimals as it has, in the manner of the locale."""
    return format_decimal(figure.normalize(), locale=parse_locale(locale), decimal_quantization=False)
