"""The signed copy: the agreement's pages as they were signed, behind them a page about how (domain.md 6.7)."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from arcollect.canonical import canonical, canonical_hash
from arcollect.pdf import render_pdf
from arcollect.pdf_parts import joined
from invoices.agreement_clauses import Facts
from invoices.agreement_page import frame, stylesheet


def signed_copy(agreement: bytes, terms: Mapping[str, Any], records: Sequence[Mapping[str, Any]]) -> bytes:
    """The agreement with its page of evidence. The files that were hashed are inside, so that anybody can hash them again."""
    page = render_to_string("agreement/evidence.html", _context(terms, records))
    files = {"agreement.pdf": agreement, "terms.json": canonical(terms).encode()}
    files |= {f"signature-{record['party']}.json": canonical(record).encode() for record in records}
    return joined(agreement, render_pdf(page, stylesheet=_stylesheet()), files)


@cache
def _stylesheet() -> str:
    own = settings.BASE_DIR / "templates" / "agreement" / "evidence.css"
    return stylesheet() + own.read_text(encoding="utf-8")


def _context(terms: Mapping[str, Any], records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    facts = Facts(terms)
    words = facts.words["evidence"]
    first = records[0]
    agreement = [
        (words["document_sha256"], first["document_sha256"]),
        (words["terms_sha256"], first["terms_sha256"]),
        (words["words"], terms["words"]),
    ]
    return frame(facts) | {
        "title": words["title"],
        "evidence": words,
        "agreement": agreement,
        "signatures": [_signature(facts, record) for record in records],
    }


def _signature(facts: Facts, record: Mapping[str, Any]) -> dict[str, Any]:
    """One signature as the page shows it: who, when, what was ticked, and how we know."""
    words, signer = facts.words["evidence"], record["signer"]
    party = facts.terms[record["party"]]["legal_name"]
    return {
        "heading": words[f"signed_for_{record['party']}"].format(party=party),
        "name": signer["name"],
        "below": ", ".join(part for part in (signer["role"], signer["email"]) if part not in ("", signer["name"])),
        "signed": _moment(record["times"]["signed"]),
        "ticks": record.get("ticks", ()),
        "rows": [(label, value) for label, value in _rows(words, record) if value],
    }


def _rows(words: Mapping[str, str], record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    times, code, link = record["times"], record.get("code"), record.get("link")
    for moment in sorted(("opened", "code_sent", "code_confirmed"), key=lambda name: times.get(name, "")):
        yield words[moment], _moment(times.get(moment, ""))
    if code and link:
        yield words["code"], words[f"code_{code['method']}"].format(to=code["sent_to"])
        yield words["address"], record["address"]
        yield words["user_agent"], record["user_agent"]
        yield words["locale"], record["locale"]
        yield words["link"], str(link["id"])
        yield words["token_sha256"], link["token_sha256"]
    yield words["answers"], record.get("customer_record_sha256", "")
    seal = record["previous_seal"]
    yield words["seal"], seal["hash"] if seal else words["no_seal"]
    yield words["record_sha256"], canonical_hash(record)


def _moment(iso: str) -> str:
    """ "2026-07-01 09:30:00 UTC" """
    return f"{iso[:10]} {iso[11:19]} UTC" if iso else ""
