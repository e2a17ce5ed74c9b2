"""Reads what the page of an issued invoice shows of its being made here: what was sent, what was credited."""

from dataclasses import dataclass

from invoices.models import CreditNote, Invoice, PaperMail
from invoices.sending import mails_of


@dataclass(frozen=True, slots=True)
class MadeHere:
    """`mails`: every sending, the last one last; `time`: the how manieth the next one is; `notes`: credit notes made of it."""

    mails: tuple[PaperMail, ...]
    time: int
    notes: tuple[CreditNote, ...] = ()


def made_here(row: Invoice | CreditNote) -> MadeHere | None:
    """What an issued invoice or credit note has to show; None where it came in with a file."""
    is_invoice = isinstance(row, Invoice)
    if not (hasattr(row, "draft") if is_invoice else row.corrects_id):
        return None
    mails = tuple(mails_of(row))
    time = max((mail.ordinal for mail in mails), default=0) + 1
    return MadeHere(mails, time, tuple(row.corrections.all()) if is_invoice else ())
