"""Decides what a bank line is for: which customer's money, for which invoices, why, and how sure that is. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from django.utils.translation import gettext as _

from invoices.matches import CERTAIN, LIKELY, LineFacts, Match
from invoices.matching_agreed import by_agreement
from invoices.matching_clues import Clues
from invoices.matching_customer import by_amount, by_customer
from invoices.matching_named import by_number
from invoices.open_ledger import Ledger

SHOWN = 5
# A match as sure as this needs no second look for others.
BEYOND_DOUBT = 98


def match(line: LineFacts, ledger: Ledger) -> tuple[Match, ...]:
    """What the line may be for, the best first, at most five; empty where nothing is found, `no_match_reason` says why.

    Only a match that no other contradicts is certain: booked by itself, where the business lets it.
    """
    if line.amount <= 0:
        return ()
    clues = Clues(line, ledger)
    found: list[Match] = []
    for ways in (by_agreement, by_number, by_customer, by_amount):
        found.extend(ways(clues))
        if any(one.sure >= BEYOND_DOUBT for one in found):
            break
    return _marked(clues, _ranked(found))


def no_match_reason(line: LineFacts, ledger: Ledger) -> str:
    """Why `match` found nothing, for a bookkeeper."""
    if line.amount <= 0:
        return _("Money that went out.")
    if not any(rows for (_customer, currency), rows in ledger.of_customer.items() if currency == line.currency):
        return _("No invoice is open in %(currency)s.") % {"currency": line.currency}
    return _("No number, name or amount in it is that of an open invoice.")


def _ranked(found: Iterable[Match]) -> tuple[Match, ...]:
    """Each way to book the line once, the surest first; where two are certain and differ, neither is."""
    best: dict[object, Match] = {}
    for one in sorted(found, key=lambda one: -one.sure):
        best.setdefault((one.customer_id, frozenset(one.split), one.write_offs, one.credits, one.others), one)
    rows = list(best.values())[:SHOWN]
    if len(rows) > 1 and rows[1].sure >= CERTAIN:
        rows = [_doubted(one, _("Another explanation fits as well.")) if one.certain else one for one in rows]
    return tuple(rows)


def _marked(clues: Clues, rows: tuple[Match, ...]) -> tuple[Match, ...]:
    """Money marked as payment in full is never booked by itself (domain.md 6.6)."""
    if not clues.in_full:
        return rows
    return tuple(_doubted(one, _("It is marked as payment in full: decide first whether to take it so.")) for one in rows)


def _doubted(one: Match, why: str) -> Match:
    return replace(one, sure=min(one.sure, LIKELY), reason=f"{one.reason} {why}")
