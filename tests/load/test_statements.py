"""Large statements stream: what is in memory beside the file itself does not grow with its lines."""

import resource
from decimal import Decimal

from invoices.statements.lines import StatementLine
from invoices.statements.opening import open_statement
from tests.invoices.test_statement_camt import entry, message, payment

LINES = 100_000


def streamed(content):
    """(lines, their sum, by how many kilobytes the process grew) of reading it to its end."""
    file = open_statement(content, "large", currency="EUR")
    count, total = 0, Decimal(0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for part in file.parts():
        if isinstance(part, StatementLine):
            count, total = count + 1, total + part.amount
    return count, total, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before


def test_a_table_of_a_hundred_thousand_lines_streams():
    rows = "".join(f"2026-06-{1 + number % 30:02d},payer {number},RE {number},1.10\n" for number in range(LINES))
    count, total, grown = streamed(f"Date,Payer,Description,Amount\n{rows}".encode())
    assert (count, total) == (LINES, Decimal("110000.00"))
    assert grown < 50 * 1024


def test_a_camt_message_of_a_hundred_thousand_entries_streams():
    content = message(*[entry("1.10", payment())] * LINES)
    count, total, grown = streamed(content)
    assert (count, total) == (LINES, Decimal("110000.00"))
    assert grown < 50 * 1024
