"""Reads a due date out of the words of payment terms, but only where they leave no doubt."""

import re
from calendar import monthrange
from datetime import date, timedelta

_DAYS = r"days?|tagen?|tage|jours?|giorni|gg\.?|dagen|d[ií]as|dagar|j\b"
# A part of the terms that speaks of a discount says when that ends, not when the whole is due.
_DISCOUNT = re.compile(r"discount|skonto|escompte|sconto|korting|descuento|rabatt|remise|%", re.IGNORECASE)
# These count from a day that is not in the file, or say that nothing, or not everything, is to be paid.
_DOUBTFUL = re.compile(
    r"lieferung|deliver|livraison|consegna|levering|entrega|"
    r"\b(?:nach|bei|ab) (?:erhalt|zugang|eingang)|receipt of|from receipt|after receipt|"
    r"apr[eè]s r[eé]ception|ricevimento|ontvangst|recepci[oó]n|"
    r"keine aufforderung|abgebucht|lastschrift|direct debit|debited|pr[eé]l[eè]v|domiciliat|incasso|acompte|solde|"
    r"prepaid|advance|balance at|anzahlung|\braten?\b|instal+ments?|\bd\.? ?lgs",
    re.IGNORECASE,
)
_AT_ONCE = re.compile(
    r"\b(?:due (?:up)?on receipt|payable (?:immediately|at once|on receipt)|immediate payment|due immediately|"
    r"zahlbar sofort|sofort (?:zahlbar|f[aä]llig|rein netto|netto|ohne abzug)|"
    r"paiement (?:imm[eé]diat|comptant|[aà] r[eé]ception de (?:la )?facture)|comptant|"
    r"pagamento immediato|a vista fattura|vista fattura|per direct|direct te voldoen|al contado|pago inmediato)",
    re.IGNORECASE,
)
_COUNT = re.compile(rf"(?<![\d/.,-])(\d{{1,3}}) ?(?:{_DAYS})(?!\w)", re.IGNORECASE)
_NET = re.compile(r"\b(?:net|netto)[ -]?(\d{1,3})\b(?! ?%)", re.IGNORECASE)
_MONTH_END = re.compile(
    r"fin de mois|fine mese|\bf\. ?m\.|fin de mes|monatsende|einde (?:van de )?maand|end of (?:the )?month|\beom\b",
    re.IGNORECASE,
)
# Sentences and clauses; a comma or point inside a figure or a date, or behind "gg", parts nothing.
_PARTS = re.compile(r"[;\n]|,(?=\D)|(?<=\w{3})\.\s+(?=[A-ZÀ-Þ\d])")
_SEVERAL = re.compile(r"\d{1,3} ?[/&+] ?\d{1,3}(?: ?[/&+] ?\d{1,3})* ?(?:" + _DAYS + ")", re.IGNORECASE)
_POINTED = re.compile(r"(?<!\d)(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_LONGEST_TERMS = 366


def due_from_terms(terms: str, issued_on: date) -> date | None:
    """The day an invoice is due by its terms in English, German, French, Italian, Dutch or Spanish; None where a person must say.

    A date in the terms counts before a number of days. A part that speaks of a discount is passed over where it says itself
    how long that is open; "10 days, 2% discount" leaves open what the days are for. Nothing is derived where the days count
    from a delivery or receipt, where the sum is debited or comes in parts, where two different days are named, or from
    anything that is not plainly one of the usual phrases. Days with the end of the month (30, 60, 90: "30 jours fin de mois")
    run first, then to the end of that month; with 45 the law knows two ways to count.
    """
    parts = [part for part in _PARTS.split(terms) if part.strip()]
    discounts = [part for part in parts if _DISCOUNT.search(part)]
    plain = [part for part in parts if not _DISCOUNT.search(part)]
    if any(not _days_in(part, issued_on) for part in discounts):
        return None
    if any(_DOUBTFUL.search(part) or _SEVERAL.search(part) for part in plain):
        return None
    found = {day for part in plain for day in _days_in(part, issued_on)}
    return found.pop() if len(found) == 1 else None


def _days_in(part: str, issued_on: date) -> set[date | None]:
    """The days one part names; None among them stands for one that could be read two ways."""
    dates = _dates(part)
    if dates:
        return dates
    counts = {int(number) for pattern in (_COUNT, _NET) for number in pattern.findall(part)}
    days = {_after(issued_on, count, month_end=bool(_MONTH_END.search(part))) for count in counts}
    return days | {issued_on} if _AT_ONCE.search(part) else days


def _dates(part: str) -> set[date | None]:
    """Only days as 31.12.2026 and 2026-12-31: what 3/4/2026 is nobody can say."""
    written = [(year, month, day) for day, month, year in _POINTED.findall(part)] + _ISO.findall(part)
    found: set[date | None] = set()
    for year, month, day in written:
        try:
            found.add(date(int(year), int(month), int(day)))
        except ValueError:
            found.add(None)
    return found


def _after(issued_on: date, count: int, *, month_end: bool) -> date | None:
    if count > _LONGEST_TERMS or (month_end and count % 30):
        return None
    day = issued_on + timedelta(days=count)
    return day.replace(day=monthrange(day.year, day.month)[1]) if month_end else day
