"""Decides which invoice was issued in the place of one that was taken back: the two are one sale (domain.md 5). Pure."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from invoices.behaviour_traces import Row, TakenBack

# So long after it was taken back the next invoice to them is taken for the corrected one.
WITHIN = datetime.timedelta(days=14)


def issued_anew(rows: Iterable[Row], notes: Iterable[TakenBack]) -> dict[int, int]:
    """By the id of an invoice of one customer that was wholly taken back, the id of the one in its place.

    That is the first in its currency from that day on, and each takes the place of one at most. Nothing says that a corrected
    invoice is one where it came in with a file.
    """
    back: defaultdict[int, Decimal] = defaultdict(Decimal)
    gone_on: dict[int, datetime.date] = {}
    for note in sorted(notes, key=lambda note: note.on):
        back[note.invoice_id] += note.total
        gone_on[note.invoice_id] = note.on
    ordered = sorted(rows, key=lambda row: (row.issued_on, row.id))
    found: dict[int, int] = {}
    for place, row in enumerate(ordered):
        if not 0 < row.total <= back[row.id]:
            continue
        day, taken = gone_on[row.id], set(found.values())
        later = (one for one in ordered[place + 1 :] if one.currency == row.currency and one.id not in taken)
        anew = next((one for one in later if day <= one.issued_on <= day + WITHIN), None)
        if anew is not None:
            found[row.id] = anew.id
    return found


def last_of(invoice_id: int, anew: dict[int, int]) -> int:
    """The invoice that stands for this one in the end."""
    while invoice_id in anew:
        invoice_id = anew[invoice_id]
    return invoice_id
