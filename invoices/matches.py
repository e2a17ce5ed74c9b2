"""What a bank line says, and what it may be for: the facts `invoices.matching` decides from, and what it decides."""

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Protocol, Self

NOTHING = Decimal(0)
# From here on a match is booked by itself, where the business lets it.
CERTAIN = 95
# What may at most be said of a match that a person has to look at.
LIKELY = 90

Parts = tuple[tuple[int, Decimal], ...]


class Told(Protocol):
    """What a line of a statement and a stored bank line have in common."""

    booked_on: datetime.date
    valued_on: datetime.date
    amount: Decimal
    currency: str
    payer: str
    payer_account: str
    reference: str
    text: str
    charges: Decimal


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A bank line as matching sees it. `charges`: what the bank says it kept of what was sent, above `amount`."""

    booked_on: datetime.date
    valued_on: datetime.date
    amount: Decimal
    currency: str
    payer: str = ""
    payer_account: str = ""
    reference: str = ""
    text: str = ""
    charges: Decimal = NOTHING

    @classmethod
    def of(cls, line: Told) -> Self:
        """The facts of a StatementLine or of a BankLine."""
        return cls(
            line.booked_on,
            line.valued_on,
            line.amount,
            line.currency,
            line.payer,
            line.payer_account,
            line.reference,
            line.text,
            line.charges,
        )


@dataclass(frozen=True, slots=True)
class Match:
    """What a line is for. Its amount is the sum of `split`, `unapplied` and the amounts of `others`.

    `split`: (invoice id, part of the money); `write_offs`: (invoice id, amount, kind) of what is given up besides, kind one of
    "discount", "charges", "small"; `credits`: (credit note id, invoice id, amount) of credit notes the payer took off;
    `others`: the same line's parts for other customers. `sure`: 0 to 100, `rule`: its code, `reason`: why, for a bookkeeper.
    """

    customer_id: int
    split: Parts
    sure: int
    rule: str
    reason: str
    unapplied: Decimal = NOTHING
    write_offs: tuple[tuple[int, Decimal, str], ...] = ()
    credits: tuple[tuple[int, int, Decimal], ...] = ()
    plan_id: int | None = None
    advice_id: int | None = None
    others: tuple["Match", ...] = ()

    @property
    def certain(self) -> bool:
        """Whether it may be booked by itself."""
        return self.sure >= CERTAIN

    @property
    def amount(self) -> Decimal:
        """The money it accounts for, in the line's currency."""
        booked = sum((part for _pk, part in self.split), self.unapplied)
        return booked + sum((other.amount for other in self.others), NOTHING)

    def as_json(self) -> dict[str, Any]:
        """For BankLine.suggestions: amounts as strings; `from_json` reads it back."""
        row = asdict(self)
        row["split"] = [[pk, f"{part:f}"] for pk, part in self.split]
        row["write_offs"] = [[pk, f"{part:f}", kind] for pk, part, kind in self.write_offs]
        row["credits"] = [[note, pk, f"{part:f}"] for note, pk, part in self.credits]
        row["unapplied"] = f"{self.unapplied:f}"
        row["others"] = [other.as_json() for other in self.others]
        return row

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        """What `as_json` wrote."""
        return cls(
            **row
            | {
                "split": tuple((pk, Decimal(part)) for pk, part in row["split"]),
                "write_offs": tuple((pk, Decimal(part), kind) for pk, part, kind in row["write_offs"]),
                "credits": tuple((note, pk, Decimal(part)) for note, pk, part in row["credits"]),
                "unapplied": Decimal(row["unapplied"]),
                "others": tuple(cls.from_json(other) for other in row["others"]),
            }
        )
