"""One entry of a camt message as lines: a line a payment where the entry says what each is worth, else one line for all."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from invoices.imports.problems import CellProblem, LineProblem
from invoices.statements.checking import Warn
from invoices.statements.lines import StatementLine
from invoices.statements.xml import Element, amount_of, child, children, day_of, text_at, texts_at

# Families of ISO 20022 bank transaction codes that take an earlier booking back: unpaid direct debits, cheques and
# cards, returns, reversals; and the business transaction codes of the German banks for the same (DK, Anlage 3, GVC).
TAKEN_BACK = frozenset({"UPDD", "UPCQ", "UPCT", "UPTC", "RRTN", "RPCR", "PRDD", "RCDD", "RVSL"})
GERMAN_RETURNS = frozenset({"108", "109", "111", "159"})
NO_REFERENCE = frozenset({"NOTPROVIDED", "NOT PROVIDED", "NONREF", "NONE"})
_GERMAN_CODE = re.compile(r"[A-Z0-9]{4}\+(\d{3})\+.*")


def entry_parts(entry: Element, account: str, warn: Warn) -> Iterator[StatementLine | LineProblem]:
    """The lines of one booked <Ntry>. `account` is ours: the other party is the one whose account is another."""
    line = entry.sourceline or 0
    try:
        yield from _lines(entry, account, line, warn)
    except CellProblem as problem:
        yield LineProblem(line, problem.field, problem.reason)


def _lines(entry: Element, account: str, line: int, warn: Warn) -> list[StatementLine]:
    amount, currency = amount_of(child(entry, "Amt"))
    direction = text_at(entry, "CdtDbtInd")
    booked_on = day_of(entry, "BookgDt/Dt", "BookgDt/DtTm") or day_of(entry, "ValDt/Dt", "ValDt/DtTm")
    if booked_on is None:
        raise CellProblem(_("the entry has no date"), "BookgDt")
    if direction not in ("CRDT", "DBIT"):
        raise CellProblem(_('"%(text)s" is neither CRDT nor DBIT') % {"text": direction}, "CdtDbtInd")
    if amount < 0:
        # The standard has no such amounts, and no bank's samples show what is meant: either sign may be the one too many.
        text = _("the amount %(amount)s is below nothing, and marked %(mark)s: whether it came in or went out cannot be known")
        raise CellProblem(text % {"amount": f"{amount:f}", "mark": direction}, "Amt")
    signed = -amount if direction == "DBIT" else amount
    payments = list(children(entry, "NtryDtls/TxDtls"))
    make = _Maker(entry, account, currency, booked_on)
    parts = _split(payments, signed, currency, direction)
    if parts:
        return [make.line(line, worth, payment) for payment, worth in zip(payments, parts, strict=True)]
    if len(payments) > 1:
        text = _("Line %(line)d: an entry over %(count)d payments does not say what each is worth; it stays one line.")
        warn(text % {"line": line, "count": len(payments)})
        return [make.joint(line, signed, payments)]
    return [make.line(line, signed, payments[0] if payments else None)]


def _split(payments: list[Element], signed: Decimal, currency: str, direction: str) -> list[Decimal]:
    """What each payment is worth, where there are several and they make up the entry; else nothing."""
    if len(payments) < 2:
        return []
    for paths in (("Amt", "AmtDtls/TxAmt/Amt"), ("AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt")):
        worth = [_worth(payment, paths, currency, direction) for payment in payments]
        if None not in worth and sum(worth) == signed:
            return worth
    return []


def _worth(payment: Element, paths: tuple[str, ...], currency: str, direction: str) -> Decimal | None:
    found = child(payment, *paths)
    if found is None:
        return None
    amount, amount_currency = amount_of(found)
    if amount_currency not in ("", currency):
        return None
    return -amount if (text_at(payment, "CdtDbtInd") or direction) == "DBIT" else amount


class _Maker:
    """Makes lines of one entry: what the payment does not say, the entry does."""

    def __init__(self, entry: Element, account: str, currency: str, booked_on: date) -> None:
        self.entry, self.account, self.currency, self.booked_on = entry, account, currency, booked_on
        self.valued_on = day_of(entry, "ValDt/Dt", "ValDt/DtTm") or booked_on
        self.reversal = text_at(entry, "RvslInd") in ("true", "1")

    def line(self, line: int, amount: Decimal, payment: Element | None) -> StatementLine:
        """The line of one payment, or of an entry without any detail (`payment` None)."""
        source = payment if payment is not None else self.entry
        reason = text_at(payment, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry")
        reversal = self.reversal or bool(reason) or _takes_back(payment) or _takes_back(self.entry)
        name, account = _other_party(payment, amount > 0, reversal, self.account)
        references, text = _references(payment), _text(payment)
        return StatementLine(
            line=(source.sourceline or line) if payment is not None else line,
            booked_on=self.booked_on,
            valued_on=self.valued_on,
            amount=amount,
            currency=self.currency,
            payer=name,
            payer_account=account,
            reference=references[0] if references else "",
            text="\n".join([*text, *references[1:]]) or self._note(payment),
            bank_reference=text_at(payment, "Refs/AcctSvcrRef") or text_at(self.entry, "AcctSvcrRef", "NtryRef"),
            charges=_charges(source, amount, self.currency),
            reversal=reversal,
            reason_code=reason,
        )

    def joint(self, line: int, amount: Decimal, payments: list[Element]) -> StatementLine:
        """One line for an entry that cannot be split: what all its payments say stands in its text."""
        texts = [text for payment in payments for text in [*_references(payment), *_text(payment)]]
        return StatementLine(
            line=line,
            booked_on=self.booked_on,
            valued_on=self.valued_on,
            amount=amount,
            currency=self.currency,
            text="\n".join(dict.fromkeys(texts)) or self._note(None),
            bank_reference=text_at(self.entry, "AcctSvcrRef", "NtryRef"),
            charges=_charges(self.entry, amount, self.currency),
            reversal=self.reversal or _takes_back(self.entry),
        )

    def _note(self, payment: Element | None) -> str:
        return text_at(payment, "AddtlTxInf") or text_at(self.entry, "AddtlNtryInf")


def _other_party(payment: Element | None, incoming: bool, reversal: bool, own_account: str) -> tuple[str, str]:
    """(name, account) of who paid or was paid. Of a booking taken back the parties stand as in the first one."""
    parties = child(payment, "RltdPties")
    first, second = ("Dbtr", "Cdtr") if incoming != reversal else ("Cdtr", "Dbtr")
    side = second if own_account and _account(parties, first) == own_account and _name(parties, second) else first
    if not _name(parties, side) and not _account(parties, side) and reversal:
        side = second if side == first else first
    return _name(parties, side), "" if _account(parties, side) == own_account else _account(parties, side)


def _name(parties: Element | None, side: str) -> str:
    return text_at(parties, f"{side}/Nm", f"{side}/Pty/Nm", f"Ultmt{side}/Nm", f"Ultmt{side}/Pty/Nm", f"{side}Acct/Nm")


def _account(parties: Element | None, side: str) -> str:
    return "".join(text_at(parties, f"{side}Acct/Id/IBAN", f"{side}Acct/Id/Othr/Id").split())


def _references(payment: Element | None) -> list[str]:
    """Creditor references first, then what the payer's own system calls the payment."""
    structured = texts_at(payment, "RmtInf/Strd/CdtrRefInf/Ref") or texts_at(payment, "RmtInf/Strd/CdtrRefInf/CdtrRef")
    end_to_end = text_at(payment, "Refs/EndToEndId")
    own = [end_to_end] if end_to_end and end_to_end.upper() not in NO_REFERENCE else []
    return list(dict.fromkeys([*structured, *own]))


def _text(payment: Element | None) -> list[str]:
    """What the payer wrote: free text, the numbers of the documents paid, notes beside references."""
    paths = ("RmtInf/Ustrd", "RmtInf/Strd/RfrdDocInf/Nb", "RmtInf/Strd/RfrdDocInf/RfrdDocNb", "RmtInf/Strd/AddtlRmtInf")
    return list(dict.fromkeys(text for path in paths for text in texts_at(payment, path)))


def _charges(source: Element, amount: Decimal, currency: str) -> Decimal:
    """What banks kept of an incoming payment: charges included in it, else what was sent less what came."""
    if amount <= 0:
        return Decimal(0)
    found = [_charge(record, currency) for record in [*children(source, "Chrgs/Rcrd"), *children(source, "Chrgs")]]
    total = child(source, "Chrgs/TtlChrgsAndTaxAmt")
    if total is not None:
        charged, charged_in = amount_of(total, "Chrgs")
        return charged if charged_in == currency else Decimal(0)
    if any(found):
        return sum(found, Decimal(0))
    sent = child(source, "AmtDtls/InstdAmt/Amt")
    sent_amount, sent_in = amount_of(sent) if sent is not None else (Decimal(0), "")
    return max(sent_amount - amount, Decimal(0)) if sent_in == currency else Decimal(0)


def _charge(record: Element, currency: str) -> Decimal:
    """One charge; nothing where it is in another currency, a credit, or booked by itself."""
    found = child(record, "Amt")
    if found is None or text_at(record, "ChrgInclInd") in ("false", "0") or text_at(record, "CdtDbtInd") == "CRDT":
        return Decimal(0)
    charged, charged_in = amount_of(found, "Chrgs")
    return charged if charged_in == currency else Decimal(0)


def _takes_back(element: Element | None) -> bool:
    german = _GERMAN_CODE.fullmatch(text_at(element, "BkTxCd/Prtry/Cd"))
    return text_at(element, "BkTxCd/Domn/Fmly/SubFmlyCd") in TAKEN_BACK or bool(german and german[1] in GERMAN_RETURNS)
