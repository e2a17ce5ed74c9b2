"""DATEV's EXTF files: the Buchungsstapel (bookings on debtors' accounts) and the debtors' master data.

The first line says what the file is, whose year it is and how long account numbers are; accounts of persons have one digit
more than those of the ledger, debtors begin with 1 to 6, creditors with 7 to 9. Amounts have no sign: Soll and Haben speak of
the first account. What stands on the other one tells money from invoices, in the charts of accounts SKR03 and SKR04 alike.
"""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from invoices.imports.layouts import CUSTOMERS, INVOICES, PAYMENTS
from invoices.imports.problems import CellProblem, ImportProblem, NoDebt
from invoices.imports.profiles.profile import LEFT_OUT, Line, Preamble, Profile, first_of, joined, kinds, refuse_blank, texts

AMOUNT, SIDE, ACCOUNT = "umsatz (ohne soll/haben-kz)", "soll/haben-kennzeichen", "konto"
OTHER, DAY, NUMBER = "gegenkonto (ohne bu-schlüssel)", "belegdatum", "belegfeld 1"
KEY, CURRENCY, DUE, REVERSED = "bu-schlüssel", "wkz umsatz", "fälligkeit", "generalumkehr"
# Places in the first line, as DATEV publishes them.
YEAR, LENGTH, FROM, UNTIL, MONEY = 12, 13, 14, 15, 21
REVENUE = ("4", "8")
NAMES = ("name (adressattyp unternehmen)", "name (adressattyp keine angabe)", "name (adressattyp natürl. person)")


def _booking(line: Line, above: Preamble) -> Line:
    """The line with its debtor, its sign as the debtor sees it, and its day; or why it is no claim on a customer."""
    head = _head(above)
    length = int(head[LENGTH] or 4)
    first, second = (str(line.get(name) or "") for name in (ACCOUNT, OTHER))
    debtors = [account for account in (first, second) if _is_debtor(account, length)]
    if len(debtors) != 1:
        return {**line, LEFT_OUT: _("between customers") if debtors else _not_a_claim(first, second, length)}
    debtor = debtors[0]
    refuse_blank(line, AMOUNT)
    if line.get(SIDE) not in ("S", "H"):
        raise CellProblem(_('"%(text)s" is neither S nor H') % {"text": line.get(SIDE)}, SIDE)
    owed = (line[SIDE] == "S") == (debtor == first)
    amount = line[AMOUNT] if owed else -line[AMOUNT]
    undone = str(line.get(REVERSED) or "") in ("1", "G") or str(line.get(KEY) or "").startswith("2") and len(line[KEY]) == 2
    against = second if debtor == first else first
    state = "reversed" if undone else _("discount taken") if _is_discount(against) and not owed else ""
    return {
        **line,
        "debtor": debtor,
        "against": against,
        "amount": amount,
        "owed": owed,
        "undone": undone,
        "day": _day(str(line.get(DAY) or ""), head),
        CURRENCY: line.get(CURRENCY) or head[MONEY],
        LEFT_OUT: state,
    }


def _invoice_line(line: Line, above: Preamble) -> Line:
    """What a debtor owes more is an invoice, its tax or an open item carried over; less by revenue or tax a credit note.

    The reversal of one (Generalumkehr) is a line of it with the other sign.
    """
    found = _booking(line, above)
    undone = bool(found.get("undone"))
    if found[LEFT_OUT] and not undone:
        return found
    if _is_money(found["against"]):
        return {**found, LEFT_OUT: found[LEFT_OUT] or (_("payment") if found["amount"] < 0 else _("returned payment"))}
    credited = found["against"][:1] in REVENUE or _is_tax(found["against"])
    if _is_discount(found["against"]) or not (found["amount"] > 0 or credited):
        return {**found, LEFT_OUT: found[LEFT_OUT] or _("other booking")}
    return {**found, "amount": -found["amount"], "day": None, LEFT_OUT: ""} if undone else found


def _payment_line(line: Line, above: Preamble) -> Line:
    found = _booking(line, above)
    if found[LEFT_OUT]:
        return found
    if _is_money(found["against"]):
        return found if found["amount"] < 0 else {**found, LEFT_OUT: _("returned payment")}
    return {**found, LEFT_OUT: _("invoice") if found["against"][:1] in REVENUE else _("other booking")}


def _is_money(account: str) -> bool:
    """Cash, banks and money on its way; longer accounts begin with the four digits of the chart."""
    number = int(account[:4]) if account.isdigit() and len(account) >= 4 else 0
    return 1000 <= number < 1400 or number == 1460 or 1600 <= number < 1900 and not _is_tax(account)


def _is_tax(account: str) -> bool:
    """Value added tax that is owed, where it is booked by itself."""
    return account[:3] in ("177", "178", "380", "381")


def _is_discount(account: str) -> bool:
    """What customers took off for paying early: neither money nor a credit note."""
    return account[:3] in ("873", "473")


def _invoice(lines: Sequence[Line]) -> dict[str, Any]:
    """One of several lines where its revenue stands on several accounts, as it does with two rates of tax."""
    first, total = lines[0], sum((line["amount"] for line in lines), Decimal(0))
    if all(line["undone"] for line in lines) or (total == 0 and any(line["undone"] for line in lines)):
        raise NoDebt("reversed")
    due = str(first.get(DUE) or "")
    return {
        "customer_reference": first["debtor"],
        "number": first[NUMBER],
        "issued_on": first["day"],
        "due_on": _whole_day(due) if due else None,
        "currency": first[CURRENCY],
        "total": total,
    }


def _payment(lines: Sequence[Line]) -> dict[str, Any]:
    payment = lines[0]
    return {
        "customer_reference": payment["debtor"],
        "invoice_number": payment.get(NUMBER),
        "amount": -payment["amount"],
        "received_on": payment["day"],
        "currency": payment[CURRENCY],
        "reference": payment.get("buchungstext"),
    }


def _customer_line(line: Line, above: Preamble) -> Line:
    length = int(_head(above)[LENGTH] or 4)
    return line if _is_debtor(str(line.get(ACCOUNT) or ""), length) else {**line, LEFT_OUT: _("supplier")}


def _customer(lines: Sequence[Line]) -> dict[str, Any]:
    customer = lines[0]
    return {
        "reference": customer[ACCOUNT],
        "name": first_of(customer, *NAMES[:2]) or joined(" ", customer, "vorname (adressattyp natürl. person)", NAMES[2]),
        "address": customer.get("straße"),
        "postal_code": customer.get("postleitzahl"),
        "city": customer.get("ort"),
        "country": customer.get("land"),
        "email": customer.get("e-mail"),
        "phone": customer.get("telefon"),
        "tax_id": joined("", customer, "eu-land", "eu-ustid"),
    }


def _head(above: Preamble) -> list[str]:
    """The first line. Raises ImportProblem where it is none of a DATEV file."""
    cells = [str(cell).strip() for cell in (above[0] if above else ())]
    if not cells or cells[0] not in ("EXTF", "DTVF") or len(cells) <= UNTIL:
        raise ImportProblem(_("The first line of a DATEV file, with EXTF and the year, is missing: the days have no year."))
    return cells + [""] * (MONEY + 1 - len(cells))


def _is_debtor(account: str, length: int) -> bool:
    return account.isdigit() and len(account) == length + 1 and account[0] in "123456"


def _not_a_claim(first: str, second: str, length: int) -> str:
    creditor = any(account.isdigit() and len(account) == length + 1 for account in (first, second))
    return _("payable") if creditor else _("general ledger")


def _day(text: str, head: Sequence[str]) -> datetime.date:
    """From day and month, "2202" or "102", in the months the file is about, else in the year that begins with its head."""
    digits = text.zfill(4)
    try:
        since = _iso(head[FROM] or head[YEAR])
        day = datetime.date(since.year, int(digits[2:]), int(digits[:2]))
        return day if day >= since else day.replace(year=since.year + 1)
    except ValueError:
        raise CellProblem(_('"%(text)s" is not a day of the year such as 3112') % {"text": text}, DAY) from None


def _iso(text: str) -> datetime.date:
    return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def _whole_day(text: str) -> datetime.date:
    try:
        digits = text.zfill(8)
        return datetime.date(int(digits[4:]), int(digits[2:4]), int(digits[:2]))
    except ValueError:
        raise CellProblem(_('"%(text)s" is not a date') % {"text": text}, DUE) from None


_COLUMNS = {
    **texts(SIDE, "buchungstext"),
    **kinds(amount=AMOUNT, currency=CURRENCY),
    **dict.fromkeys((ACCOUNT, OTHER, KEY, DAY, NUMBER, DUE, REVERSED), "id"),
}
_MARKS = frozenset({AMOUNT, SIDE, ACCOUNT, OTHER, DAY, NUMBER})
PROFILES = (
    Profile(
        name="datev",
        kind=INVOICES,
        columns=_COLUMNS,
        recognised_by=_MARKS,
        convert=_invoice,
        key=("debtor", NUMBER, "owed", LEFT_OUT),
        agree=("day", CURRENCY),
        number=NUMBER,
        prepare=_invoice_line,
        lacks=lazy("It has no names: customers are called by their account until their master data is brought in."),
    ),
    Profile(
        name="datev", kind=PAYMENTS, columns=_COLUMNS, recognised_by=_MARKS, convert=_payment, prepare=_payment_line,
        number=NUMBER,
    ),
    Profile(
        name="datev",
        kind=CUSTOMERS,
        columns={
            **texts(*NAMES, "vorname (adressattyp natürl. person)", "straße", "postleitzahl", "ort", "eu-land", "eu-ustid",
                    "telefon", "e-mail"),
            **kinds(id=ACCOUNT, country="land"),
        },
        recognised_by=frozenset({ACCOUNT, NAMES[0], "kurzbezeichnung", "postleitzahl"}),
        convert=_customer,
        prepare=_customer_line,
        seen=False,
    ),
)  # fmt: skip
