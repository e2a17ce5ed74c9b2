"""How the bank tests make statements: in memory, as `invoices.statements` would have read them from a file."""

from dataclasses import dataclass, field
from decimal import Decimal

from customers.models import ImportBatch
from invoices.bank_lines import STATEMENT, store_statement
from invoices.statements.lines import Foot, Head, StatementLine
from tests import make

IBAN = "DE89370400440532013000"


@dataclass
class Told:
    """A file that was read already."""

    told: list
    format: str = "camt.053"
    warnings: list = field(default_factory=list)

    def parts(self):
        return iter(self.told)


def line(amount, *, on="2026-03-10", payer="Acme", text="", number=1, currency="USD", **fields):
    """One line of a statement; money out where the amount is negative."""
    day = make.day(on)
    return StatementLine(number, day, day, Decimal(amount), currency, payer=payer, text=text, **fields)


def statement(*lines, account=IBAN, currency="USD", format="camt.053", warnings=(), foot=None, **head):
    """A file of one statement with these lines."""
    parts = [Head(format, account, currency, **head), *lines, foot or Foot()]
    return Told(parts, format, list(warnings))


def batch(business, **fields):
    return ImportBatch.objects.create(business=business, kind=STATEMENT, file_name="bank.xml", sha256="0" * 64, **fields)


def store(business, *lines, keep_rest=False, **told):
    """(Stored, ImportBatch) of a file of one statement with these lines."""
    of = batch(business)
    return store_statement(batch=of, file=statement(*lines, **told), keep_rest=keep_rest), of


def warned(stored):
    return [str(problem) for problem in stored.warnings]
