"""Tells in words what a signature rests on (domain.md 6.7). Pure: the stored record in, labels and words out."""

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from arcollect.filters import day
from invoices.models import Signature
from invoices.models.portal import CodeMethod


def told_evidence(signature: Signature) -> list[tuple[str, str]]:
    """(what, how) of everything the record says, in the order it happened; what it does not say is left out."""
    return [(label, words) for label, words in _told(signature.record) if words]


def _told(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    times, code = record.get("times", {}), record.get("code", {})
    method = code.get("method", "")
    yield _("Code sent"), " ".join(filter(None, (_moment(times.get("code_sent")), code.get("sent_to", ""))))
    yield _("Known by"), str(CodeMethod(method).label) if method in CodeMethod.values else ""
    yield _("Confirmed"), _moment(times.get("code_confirmed"))
    yield _("Agreement opened"), _moment(times.get("opened"))
    yield _("Signed"), _moment(times.get("signed"))
    yield _("From the address"), record.get("address", "")
    yield _("With"), record.get("user_agent", "")
    yield _("In the language"), record.get("locale", "")
    for tick in record.get("ticks", ()):
        yield _("Ticked"), tick["text"]
    yield _("Fingerprint of the agreement"), record.get("document_sha256", "")
    yield _("Answers the signature"), record.get("customer_record_sha256", "")


def _moment(text: str | None) -> str:
    if not text:
        return ""
    at = datetime.datetime.fromisoformat(text)
    return f"{day(at.date())}, {at:%H:%M} UTC"
