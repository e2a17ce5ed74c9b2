"""What becomes of one electronic invoice: booked, left out, refused, or asked about. Pure."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from arcollect.money import format_plain
from invoices.einvoices.content import Content, Owed, owed
from invoices.einvoices.kinds import CORRECTION, CREDIT
from invoices.einvoices.sides import Side, Us, side_of
from invoices.einvoices.terms import due_from_terms
from invoices.imports.problems import CellProblem
from invoices.imports.rows import InvoiceRow, invoice_row
from invoices.models.incoming import DueFrom

Warned = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person said of an upload: due dates by the key of an item, the items that fall due by the usual terms ("*": all
    that name none), customers by the key of the buyer, and whether sellers under another name are this business."""

    due_dates: Mapping[str, datetime.date] = field(default_factory=dict)
    usual_terms: frozenset[str] = frozenset()
    customers: Mapping[str, int] = field(default_factory=dict)
    any_seller: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """When an invoice is due and how that is known; `on` None: nobody has said."""

    on: datetime.date | None = None
    how: str = ""


ASK_DUE, ASK_SELLER = "due", "seller"


class Asked(Exception):
    """Somebody must say something first: `what` is ASK_DUE or ASK_SELLER, the text says it in words."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(reason)
        self.what, self.reason = what, reason


class LeftOut(Exception):
    """The invoice is none of ours to collect; `state` is what it is counted under, the text says it in words."""

    def __init__(self, state: str, reason: str) -> None:
        super().__init__(reason)
        self.state = state


def check_side(content: Content, we: Us, choices: Choices) -> Side:
    """Raises LeftOut for an invoice to us, and Asked where we are neither side and nobody said we are the seller."""
    side = side_of(content, we)
    if side == Side.PAYABLE:
        raise LeftOut("payable", _("%(seller)s is the seller and you are the buyer") % {"seller": content.seller.name})
    if side == Side.UNKNOWN and not choices.any_seller:
        reason = _("the seller is %(seller)s, the buyer %(buyer)s: neither is this business as its settings say")
        raise Asked(ASK_SELLER, reason % {"seller": content.seller.name, "buyer": content.buyer.name})
    return side


def due_of(content: Content, key: str, terms_days: int, choices: Choices) -> Due:
    """When it is due: as the file says, else as a person said, else by its terms where they leave no doubt, else by the usual
    `terms_days` where a person chose so. The last date where it comes in parts: until then nothing may be called late.

    A credit note is never due; of an invoice with nothing left to pay the day of issue will do.
    """
    if content.is_credit:
        return Due()
    if content.dues:
        return Due(max(part.due_on for part in content.dues), DueFrom.FILE)
    if key in choices.due_dates:
        return Due(choices.due_dates[key], DueFrom.PERSON)
    if found := due_from_terms(content.terms, content.issued_on):
        return Due(found, DueFrom.TERMS)
    if choices.usual_terms & {key, "*"}:
        return Due(content.issued_on + datetime.timedelta(days=terms_days), DueFrom.USUAL)
    if owed(content).settled:
        return Due(content.issued_on, DueFrom.SETTLED)
    return Due()


def row_of(
    content: Content,
    *,
    line: int,
    due: Due,
    reference: str,
    today: datetime.date,
    known_total: Decimal | None = None,
    side: Side = Side.OURS,
) -> InvoiceRow:
    """The row to book for the customer with this reference. Raises Asked where a new invoice has no due date, CellProblem
    where it is no good.

    `known_total`: what the invoice comes to in the books, if its number is there. Then only what the file itself says
    corrects it: no due date that was derived or chosen, and no total of a ledger that knows nothing of the prepayment.
    """
    is_new, sums = known_total is None, owed(content)
    if due.on is None and is_new and not content.is_credit:
        words = _("no due date: its terms say “%(terms)s”") if content.terms else _("no due date and no terms")
        raise Asked(ASK_DUE, words % {"terms": " ".join(content.terms.split())[:200]})
    if content.type_code in CREDIT and content.total < 0:
        raise CellProblem(_("a credit note with a negative total: enter by hand what it means"), "total")
    values = {
        "customer_reference": reference,
        "number": content.number,
        "issued_on": content.issued_on,
        "due_on": due.on if is_new or due.how == DueFrom.FILE else None,
        "currency": content.currency,
        "total": content.total if known_total == content.total and not content.is_credit else sums.total,
        "purchase_order": content.order_reference,
        "delivered_on": content.delivered_on,
        "settled_on": min(content.issued_on, today) if sums.settled and is_new else None,
        "warnings": tuple(warnings(content, due, sums, side)) if is_new else (),
    }
    return invoice_row(line, values, "", today)


def warnings(content: Content, due: Due, sums: Owed, side: Side) -> list[Warned]:
    """What a person should look at although the invoice comes in: (field, reason)."""
    return [*_about_side(content, side), *_about_due(content, due), *_about_sums(content, sums), *_about_kind(content)]


def _about_side(content: Content, side: Side) -> list[Warned]:
    if side != Side.UNKNOWN:
        return []
    return [("seller", _("the seller is %(seller)s, taken to be this business") % {"seller": content.seller.name})]


def _about_due(content: Content, due: Due) -> list[Warned]:
    if due.how in (DueFrom.TERMS, DueFrom.USUAL):
        words = {"due": due.on, "how": DueFrom(due.how).label, "terms": " ".join(content.terms.split())[:100]}
        return [("due_on", (_("due %(due)s, %(how)s “%(terms)s”") if content.terms else _("due %(due)s, %(how)s")) % words)]
    days = sorted({part.due_on for part in content.dues})
    if len(days) > 1:
        return [("due_on", _("payable in parts, %(days)s: the last day counts") % {"days": ", ".join(map(str, days))})]
    return []


def _about_sums(content: Content, sums: Owed) -> list[Warned]:
    if content.is_credit:
        return []
    words = {
        "total": format_plain(content.total, content.currency),
        "due": format_plain(sums.total, content.currency),
        "part": format_plain(abs(sums.prepaid), content.currency),
        "held": format_plain(content.withheld, content.currency),
        "over": format_plain(max(Decimal(0), sums.prepaid - sums.total), content.currency),
    }
    found = []
    if content.withheld:
        found.append(("total", _("%(held)s of its total the buyer pays to the tax office") % words))
    if sums.settled and sums.prepaid > sums.total:
        found.append(("paid", _("%(over)s more than its total was paid beforehand: see whether it is to go back") % words))
    elif sums.prepaid < 0:
        found.append(("total", _("it asks for %(due)s, %(part)s more than its total: see what is carried over") % words))
    elif sums.prepaid and content.prepaid is None:
        found.append(("paid", _("it asks for %(due)s of its total of %(total)s and does not say why") % words))
    elif content.prepaid is not None and content.prepaid != sums.prepaid:
        found.append(("paid", _("total, prepayment and amount payable do not add up: %(due)s, what is payable, counts") % words))
    return found


def _about_kind(content: Content) -> list[Warned]:
    if content.type_code not in CORRECTION or content.is_credit:
        return []
    words = {"numbers": ", ".join(content.corrects)}
    if content.corrects:
        return [("number", _("corrects %(numbers)s: see that not both are owed") % words)]
    return [("number", _("corrects an earlier invoice: see that not both are owed"))]
