"""Bank statements as tables: columns found by their names in six languages, layouts, refusals by line."""

from decimal import Decimal

import pytest

from invoices.imports.problems import ImportProblem, LineProblem
from invoices.statements.lines import Foot, Head, StatementLine
from invoices.statements.opening import open_statement

SPARKASSE = (
    '"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";"Beguenstigter/Zahlungspflichtiger";'
    '"Kontonummer";"BLZ";"Betrag";"Waehrung";"Info"\n'
    '"DE75512108001245126199";"30.06.26";"01.07.26";"GUTSCHRIFT";"RE 2026-17 und RE 2026-18";"Müller & Söhne GmbH";'
    '"DE89370400440532013000";"COBADEFFXXX";"1.250,00";"EUR";"Umsatz gebucht"\n'
)


def read(text, **options):
    """(file, its parts) of a CSV text."""
    content = text if isinstance(text, bytes) else text.encode("cp1252")
    file = open_statement(content, "umsatz.csv", **{"currency": "EUR"} | options)
    return file, list(file.parts())


@pytest.mark.proves("P13")
def test_a_savings_bank_is_read_as_it_exports():
    file, (head, line, foot) = read(SPARKASSE)
    assert (head.account, head.currency) == ("DE75512108001245126199", "EUR")
    assert (line.amount, line.payer, line.payer_account) == (Decimal("1250.00"), "Müller & Söhne GmbH", "DE89370400440532013000")
    assert (line.booked_on.isoformat(), line.valued_on.isoformat()) == ("2026-06-30", "2026-07-01")
    assert "RE 2026-17 und RE 2026-18" in line.text
    assert isinstance(foot, Foot)
    assert file.warnings == []


def test_an_unknown_table_asks_for_its_columns_and_takes_them():
    text = "When,What,How much\n2026-06-30,RE 17,12.50\n"
    with pytest.raises(ImportProblem) as refusal:
        read(text)
    assert refusal.value.option == "layout"
    _file, parts = read(text, layout={"booked_on": "When", "text": ["What"], "amount": "How much"})
    assert [type(part) for part in parts] == [Head, StatementLine, Foot]
    assert parts[1].amount == Decimal("12.50")


def test_a_bad_line_is_refused_and_the_rest_is_read():
    _file, parts = read("Date,Description,Amount\n2026-06-30,one,12.50\n2026-06-31,two,3.00\n2026-06-30,three,4.555\n")
    problems = {part.line: str(part) for part in parts if isinstance(part, LineProblem)}
    assert problems == {
        3: 'Date: "2026-06-31" is not a date',
        4: "amount: 4.555 has more than 2 decimals, EUR has no more",
    }
    assert [part.amount for part in parts if isinstance(part, StatementLine)] == [Decimal("12.50")]
