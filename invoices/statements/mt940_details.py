"""Field :86: of MT940: the text of an entry. Banks fill it in five ways; each is told by how it begins or by its labels."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

# Business transaction codes of the German banks (DK, Anlage 3, GVC) for what takes an earlier booking back.
RETURNS = frozenset({"108", "109", "111", "159"})
SEGMENT = 27
NO_REFERENCE = frozenset({"", "NOTPROVIDED", "NOT PROVIDED", "NONREF"})
_CODED = re.compile(r"\s*(?P<code>\d{3})?(?P<mark>[?~^<>@])(?=\d{2})")
_SEPA = re.compile(
    r"(?P<key>EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|COAM|OAMT|PURP|RREF)(\+|\s?:\s)|\b(?P<other>IBAN|BIC)(\+|:\s?)"
)
_SLASH = re.compile(r"/(TRTP|IBAN|BIC|NAME|REMI|EREF|ORDP|BENM|CNTP|RTRN|RTYP|CSID|MARF|PURP|ISDT|ULTD|ULTC|ULTB|SVCL|BUSP|PREF"
                    r"|ADDR|ID|CITY|KREF|PMTIND|TXT|ULTR|SERV|ACCW|IDNP|NRTX|IREF|ORIG|OCMT|CHGS|EXCH|NTRX)/")  # fmt: skip
_LABELS = re.compile(r"\b(IBAN|BIC|NAAM|OMSCHRIJVING|KENMERK|MACHTIGING|INCASSANT|Z RACH\.|OD|TYT\.|TNR|BETALINGSKENM\.):\s*")
_ACCOUNT_FIRST = re.compile(r"(?P<account>[A-Z]{2}\d{2}[A-Z0-9]{11,30}|\d{7,14})\s+(?P<name>.+)")


@dataclass(frozen=True, slots=True)
class Details:
    """What an entry says beyond its amount. `code`: the bank's number of the kind of entry; `reason`: why it came back."""

    code: str = ""
    payer: str = ""
    account: str = ""
    reference: str = ""
    text: str = ""
    booking_text: str = ""
    reason: str = ""


def read_details(lines: list[str], extra: str) -> Details:
    """The details in the lines of field :86:; `extra` is the second line of field :61:, the other party with some banks."""
    whole = "".join(lines)
    if match := _CODED.match(whole):
        return _coded(whole[match.end() - 1 :], match["mark"], match["code"] or "")
    if whole.lstrip().startswith("/") and _SLASH.search(whole):
        return _slashed(whole)
    text = "\n".join(line.strip() for line in lines if line.strip())
    if _LABELS.search(text):
        return _labelled(text)
    first = _ACCOUNT_FIRST.fullmatch(text.partition("\n")[0])
    if first and extra and first["name"].strip() == extra.partition("\n")[0].strip():
        return Details(payer=first["name"].strip(), account=first["account"], text=text.partition("\n")[2] or text)
    return Details(text=text)


def _coded(text: str, mark: str, code: str) -> Details:
    """The German way: subfields of two digits, ?20 to ?29 and ?60 to ?63 the text, ?32 and ?33 the name."""
    fields: dict[str, str] = {}
    for part in text.split(mark)[1:]:
        if part[:2].isdigit():
            fields[part[:2]] = fields.get(part[:2], "") + part[2:]
        elif fields:
            fields[list(fields)[-1]] += mark + part
    purpose = _joined([fields[key] for key in sorted(fields) if "20" <= key <= "29" or "60" <= key <= "69"])
    parts = _sepa_parts(purpose)
    return Details(
        code=code,
        payer=parts.get("ABWA", "") if not fields.get("32") else _name(fields),
        account="".join((fields.get("38") or fields.get("31") or parts.get("IBAN", "")).split()),
        reference=next((parts[key] for key in ("EREF", "KREF") if parts.get(key, "").upper() not in NO_REFERENCE), ""),
        text=parts.get("SVWZ") or parts.get("", ""),
        booking_text=fields.get("00", "").strip(),
        reason=fields.get("34", "").strip(),
    )


def _name(fields: Mapping[str, str]) -> str:
    first, second = fields.get("32", ""), fields.get("33", "")
    return " ".join((first + second if len(first) >= SEGMENT else f"{first} {second}").split())


def _joined(segments: list[str]) -> str:
    """The pieces of a text as one: a full one is cut in the middle of a word, a short one ends before a blank or a label."""
    text = ""
    for number, segment in enumerate(segments):
        full = number and len(segments[number - 1]) >= SEGMENT
        text += segment if not text or full else f" {segment}"
    return text.strip()


def _sepa_parts(text: str) -> dict[str, str]:
    """{"EREF": ..., "SVWZ": ...}; what stands before the first label is under ""."""
    parts: dict[str, str] = {}
    key, start = "", 0
    for match in _SEPA.finditer(text):
        parts.setdefault(key, text[start : match.start()].strip())
        key, start = match["key"] or match["other"], match.end()
    parts.setdefault(key, text[start:].strip())
    return parts


def _slashed(text: str) -> Details:
    """The Dutch way: /NAME/.../REMI/.../EREF/..., or the other party at once in /CNTP/account/bank/name/city."""
    pieces = _SLASH.split(text)
    parts: dict[str, str] = {}
    for key, value in zip(pieces[1::2], pieces[2::2], strict=True):
        parts.setdefault(key, value.strip("/ ") if key != "CNTP" else value)
    party = [*(parts.get("CNTP") or "").split("/"), "", "", ""]
    free = re.sub(r"^(USTD|STRD)/+([A-Z]{3}/)?", "", parts.get("REMI") or parts.get("TXT") or "").strip("/ ")
    return Details(
        payer=parts.get("NAME") or party[2].strip(),
        account=parts.get("IBAN") or party[0].strip(),
        reference="" if parts.get("EREF", "").upper() in NO_REFERENCE else parts["EREF"],
        text=free,
        booking_text=parts.get("TRTP", ""),
        reason=parts.get("RTRN", ""),
    )


def _labelled(text: str) -> Details:
    """The older Dutch and the Polish way: IBAN: ... NAAM: ... OMSCHRIJVING: ..., or Z RACH.: ...; OD: ...; TYT.: ..."""
    flat = " ".join(text.split("\n"))
    pieces = _LABELS.split(flat)
    parts = {key: value.strip(" ;") for key, value in zip(pieces[1::2], pieces[2::2], strict=True)}
    return Details(
        payer=" ".join((parts.get("NAAM") or parts.get("OD") or "").split()),
        account="".join((parts.get("IBAN") or parts.get("Z RACH.") or "").split()),
        reference=parts.get("KENMERK") or parts.get("BETALINGSKENM.", "").partition(" ")[0],
        text=" ".join((parts.get("OMSCHRIJVING") or parts.get("TYT.") or flat).split()),
        booking_text=pieces[0].strip(),
    )
