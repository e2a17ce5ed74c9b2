"""One row of a bank's table as a line of a statement."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from invoices.imports.problems import CellProblem, LineProblem
from invoices.imports.reading import Column, Conventions, TypedRow, typed_row
from invoices.imports.tabular import Row
from invoices.imports.workbooks import Cell
from invoices.statements.headings import heading_key, mark_of
from invoices.statements.lines import StatementLine

PENDING = frozenset({"pending", "vorgemerkt", "declined", "failed", "reverted", "cancelled", "canceled", "en attente", "denied",
                     "pendiente", "in afwachting", "in sospeso", "offen", "storniert", "abgelehnt", "pdng"})  # fmt: skip
# Lines that tell a balance in the middle of bookings.
_BALANCE = re.compile(r"((opening|beginning|start(ing)?|previous|closing|ending|new) balance|balance (brought|carried) forward"
                      r"|(anfangs|alter ?|end|schluss|neuer ?)saldo|saldovortrag|solde (initial|précédent|final)"
                      r"|saldo (inicial|anterior|iniziale|finale?)|(begin|eind)saldo)"
                      # Nothing but a day and an amount beside it: "New Balance Ltd" is somebody who pays.
                      r"([\s\d.,:;/()+*€$£'-]|\b(as|of|on|at|per|zum|vom|am|au|du|le|al|del|dal|op|van|eur|usd|gbp|chf)\b)*",
                      re.IGNORECASE)  # fmt: skip
NOTE, WAITING = "note", "waiting"
_GUARDED = ("booked_on", "amount", "debit", "credit")


class RowReader:
    """Reads rows in the manner of one table. `signed_debits`: its column of money out carries minus signs; `signed_amounts`: so
    do its amounts, beside marks of money out or in."""

    def __init__(
        self, columns: list[Column], conventions: Conventions, *, signed_debits: bool, signed_amounts: bool = False
    ) -> None:
        self.columns, self.conventions = columns, conventions
        self.signed_debits, self.signed_amounts = signed_debits, signed_amounts
        self.at = {column.key: column for column in columns}
        self.texts = [column for column in columns if column.key.partition(" ")[0] == "text"]
        # Where remarks have a column of their own, a balance is no payer's name.
        parties = ("reference",) if self.texts else ("payer", "payee", "reference")
        self.told = [*self.texts, *(self.at[key] for key in parties if key in self.at)]
        self.net = "amount" in self.at and heading_key(self.at["amount"].title).startswith(("net", "amount net"))

    def sort_of(self, row: Row) -> str:
        """What a row is that is no booking: NOTE (a remark, a balance) or WAITING (not booked yet); "" for a booking."""
        if row.problem:
            return NOTE if sum(map(_filled, row.cells)) <= 2 else ""
        for column in self.told:
            text = str(row.cells[column.index]).strip()
            if _BALANCE.fullmatch(text):
                return NOTE
        if "state" in self.at and str(row.cells[self.at["state"].index]).strip().casefold() in PENDING:
            return WAITING
        blank = not any(_filled(row.cells[self.at[key].index]) for key in _GUARDED if key in self.at)
        return NOTE if blank else ""

    def read(self, row: Row) -> StatementLine | LineProblem | None:
        """The line; a LineProblem under the column's own name; None for words alone that stand where a date should."""
        if row.problem:
            return LineProblem(row.line, "", row.problem)
        typed = typed_row(row, self.columns, self.conventions)
        if "booked_on" in typed.problems and sum(map(_filled, row.cells)) <= 2:
            return None
        try:
            return self._line(typed)
        except CellProblem as problem:
            title = self.at[problem.field].title if problem.field in self.at else problem.field
            return LineProblem(row.line, title, problem.reason)

    def amount(self, values: Mapping[str, Any]) -> Decimal | None:
        """The signed amount; None where the row has none. Raises CellProblem for money in and out at once, or an unknown mark."""
        debit, credit = values.get("debit"), values.get("credit")
        if debit and credit:
            raise CellProblem(_("has money out and money in at once"), "debit")
        if debit or credit:
            return credit or (debit if self.signed_debits else -debit)
        amount = values.get("amount")
        if amount is None or "mark" not in self.at:
            return amount if amount is not None else debit if debit is not None else credit
        return self._marked(amount, values.get("mark", ""))

    def _marked(self, amount: Decimal, mark: str) -> Decimal:
        """An amount with the sign its mark gives it. Where amounts have the same, a mark may say something else as well."""
        sign = mark_of(mark)
        if not sign and not self.signed_amounts:
            raise CellProblem(_('"%(text)s" is neither money in nor money out') % {"text": mark}, "mark")
        return sign * abs(amount) if sign else amount

    def _line(self, typed: TypedRow) -> StatementLine:
        for key, reason in typed.problems.items():
            raise CellProblem(reason, key)
        values = typed.values
        amount = self.amount(values)
        booked_on: date | None = values["booked_on"]
        if booked_on is None:
            raise CellProblem(_("is missing"), "booked_on")
        if amount is None:
            raise CellProblem(_("is missing"), next(key for key in _GUARDED[1:] if key in self.at))
        party = values.get("payee") if amount < 0 and values.get("payee") else values.get("payer")
        return StatementLine(
            line=typed.line,
            booked_on=booked_on,
            valued_on=values.get("valued_on") or booked_on,
            amount=amount,
            currency=values.get("currency") or self.conventions.currency,
            payer=party or "",
            payer_account="".join((values.get("payer_account") or "").split()),
            reference=values.get("reference") or "",
            text="\n".join(values[column.key] for column in self.texts if values.get(column.key)),
            bank_reference=values.get("bank_reference") or "",
            charges=abs(values.get("charges") or Decimal(0)) if self.net and amount > 0 else Decimal(0),
        )


def _filled(cell: Cell) -> bool:
    return not isinstance(cell, str) or bool(cell.strip())
