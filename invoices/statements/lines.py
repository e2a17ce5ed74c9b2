"""What every format of bank statement is read into."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from invoices.imports.problems import LineProblem


@dataclass(frozen=True, slots=True)
class Head:
    """A statement begins. `account`: IBAN or number without spaces, "" where none is named; `number`: the bank's own."""

    format: str
    account: str = ""
    currency: str = ""
    account_name: str = ""
    number: str = ""
    from_on: datetime.date | None = None
    to_on: datetime.date | None = None
    opening: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of the statement whose Head came before it. `amount`: negative for money out; `line`: where in the file.

    `reference`: structured (creditor reference, end-to-end id); `text`: free text as the payer wrote it, lines joined by a
    newline; `charges`: what the bank kept of it; `reversal`: the bank says it takes an earlier line back; `reason_code`: why.
    """

    line: int
    booked_on: datetime.date
    valued_on: datetime.date
    amount: Decimal
    currency: str
    payer: str = ""
    payer_account: str = ""
    reference: str = ""
    text: str = ""
    bank_reference: str = ""
    charges: Decimal = Decimal(0)
    reversal: bool = False
    reason_code: str = ""


@dataclass(frozen=True, slots=True)
class Foot:
    """A statement ends. `difference`: closing less what the lines make of opening; None where it cannot be known."""

    closing: Decimal | None = None
    difference: Decimal | None = None
    to_on: datetime.date | None = None


Part = Head | StatementLine | Foot | LineProblem
