"""What an electronic invoice must hold before it may be called one: the business rules of EN 16931 we can break. Pure.

The schema proves the order and kind of its elements, these rules what it says. Only rules that a filled-in form can break are
here; the sums (BR-CO-10 to 17) are worked out by `invoices.sums`, and looked at again all the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from arcollect.money import quantize
from invoices.paper import Paper
from invoices.sums import HUNDRED, UNTAXED

KNOWN_CATEGORIES = frozenset({"S"}) | UNTAXED
# Both sides must be known to the tax office: reverse charge and supplies within the community (BR-AE-2, 3; BR-IC-2, 3).
BOTH_TAXED = frozenset({"AE", "K"})
# What a sum can be stored as.
MOST = Decimal(10) ** 15
SELLER_TAXED = frozenset({"S", "Z", "E", "AE", "K", "G"})
BUSINESS, CUSTOMER, DRAFT = "business", "customer", "draft"


@dataclass(frozen=True, slots=True)
class Problem:
    """A rule that is broken: its name in EN 16931, where it is put right (business, customer or draft), and why in words."""

    rule: str
    where: str
    words: str


def problems_of(paper: Paper) -> list[Problem]:
    """Every rule the document breaks; none may be left when it is issued."""
    found = [*_parties(paper), *_lines(paper), *_taxes(paper), *_sums(paper)]
    return list({problem.rule: problem for problem in found}.values())


def has_vat_id(tax_id: str) -> bool:
    """Whether the number is a VAT identifier: it begins with its country (BR-CO-9), as "DE123456789" does."""
    bare = "".join(tax_id.split())
    return len(bare) > 4 and bare[:2].isalpha() and bare[:2].isupper() and any(sign.isdigit() for sign in bare)


def _parties(paper: Paper) -> Iterator[Problem]:
    seller, buyer = paper.seller, paper.buyer
    if not seller.country:
        yield Problem("BR-9", BUSINESS, _("The country of your business is missing."))
    if not (seller.street and seller.city):
        yield Problem("BR-8", BUSINESS, _("The address of your business is missing."))
    if not (seller.tax_id or seller.registration):
        yield Problem("BR-CO-26", BUSINESS, _("Your tax number or register entry is missing: an invoice must name one."))
    if not buyer.country:
        yield Problem("BR-11", CUSTOMER, _("The customer's address has no country."))
    if not (buyer.street and buyer.city):
        yield Problem("BR-10", CUSTOMER, _("The customer's address is missing."))
    if not (paper.is_credit or paper.account.iban or paper.account.details or paper.account.link):
        yield Problem("BR-61", BUSINESS, _("Where the customer can pay is missing: an IBAN, or other bank details."))


def _lines(paper: Paper) -> Iterator[Problem]:
    if not paper.lines:
        yield Problem("BR-16", DRAFT, _("There is no line on the invoice."))
    for line in paper.lines:
        if not line.description.strip():
            yield Problem("BR-25", DRAFT, _("Line %(place)d does not say what was sold.") % {"place": line.position})
        if line.item.unit_price < 0:
            words = _("The price in line %(place)d is below nothing: take something off by a negative quantity.")
            yield Problem("BR-27", DRAFT, words % {"place": line.position})


def _taxes(paper: Paper) -> Iterator[Problem]:
    categories, seller, buyer = paper.categories, paper.seller, paper.buyer
    if categories - KNOWN_CATEGORIES:
        yield Problem("BR-CL-17", DRAFT, _("A line has a tax category nobody knows."))
    if any(line.item.category == "S" and line.item.rate <= 0 for line in paper.lines):
        yield Problem("BR-S-5", DRAFT, _("A line with tax needs its rate: choose why there is none where it is nothing."))
    if "O" in categories and len(categories) > 1:
        yield Problem("BR-O-11", DRAFT, _("“Not subject to tax” stands for the whole invoice or for no line of it."))
    if categories & SELLER_TAXED and not seller.tax_id:
        yield Problem("BR-S-2", BUSINESS, _("Your tax number is missing: an invoice with tax must name it."))
    if categories & {"AE", "K", "G"} and seller.tax_id and not has_vat_id(seller.tax_id):
        yield Problem("BR-AE-2", BUSINESS, _("Your tax number is no VAT identifier, which begins with your country."))
    if categories & BOTH_TAXED and not has_vat_id(buyer.tax_id):
        yield Problem("BR-AE-3", CUSTOMER, _("Without the customer's VAT identifier the tax cannot be left to them."))
    if "E" in categories and not paper.exemption_reason.strip():
        yield Problem("BR-E-10", DRAFT, _("Say why no tax is due: the law or rule that exempts it."))
    if "K" in categories and paper.delivered_on is None:
        yield Problem("BR-IC-11", DRAFT, _("A supply within the European Union needs the day of delivery."))


def _sums(paper: Paper) -> Iterator[Problem]:
    sums, zero = paper.sums, Decimal(0)
    if sums.net != sum(sums.nets, zero) or sums.net != sum((group.base for group in sums.taxes), zero):
        yield Problem("BR-CO-10", DRAFT, _("The lines do not add up to the net sum."))
    if any(group.tax != quantize(group.base * group.rate / HUNDRED, paper.currency) for group in sums.taxes):
        yield Problem("BR-CO-17", DRAFT, _("The tax is not its rate times its base."))
    if sums.gross != sums.net + sum((group.tax for group in sums.taxes), zero):
        yield Problem("BR-CO-15", DRAFT, _("Net and tax do not add up to the total."))
    if sums.due != sums.gross - sums.prepaid:
        yield Problem("BR-CO-16", DRAFT, _("What is due is not the total less what was paid before."))
    if sums.gross >= MOST:
        yield Problem("MOST", DRAFT, _("No invoice comes to so much: look at the quantities and prices."))
    if paper.lines and sums.due <= 0:
        yield Problem("DUE", DRAFT, _("Nothing is left to pay: an invoice asks for more than nothing."))
