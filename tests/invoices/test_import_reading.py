"""Files of the plain layouts become rows: conventions from the whole file, refusals line by line."""

from datetime import date
from decimal import Decimal

import pytest

from invoices.imports.layouts import INVOICES, PAYMENTS
from invoices.imports.ledgerfile import Options, open_ledger
from invoices.imports.problems import ImportProblem, LineProblem
from invoices.imports.rows import InvoiceRow, PaymentRow

TODAY = date(2026, 6, 1)
HEAD = "customer_reference,number,issued_on,due_on,total,currency,settled_on,paid\n"


def read(text, kind=INVOICES, **options):
    ledger = open_ledger(text.encode(), kind, Options(**{"currency": "USD"} | options))
    return list(ledger.rows(TODAY))


def refusals(rows):
    return {row.line: str(row) for row in rows if isinstance(row, LineProblem)}


def test_a_plain_row_has_all_its_values():
    (row,) = read(HEAD + '007,INV-1,2026-01-02,2026-02-01,"1,234.50",eur,,100\n')
    assert row == InvoiceRow(
        line=2,
        customer_reference="007",
        customer_name="",
        number="INV-1",
        issued_on=date(2026, 1, 2),
        due_on=date(2026, 2, 1),
        currency="EUR",
        total=Decimal("1234.50"),
        paid=Decimal("100.00"),
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("C1,INV-1,2026-01-02,,,,,", "total: is missing"),
        ("C1,INV-1,,,5,,,", "issued_on: is missing"),
        ("C1,,2026-01-02,,5,,,", "number: is missing"),
        (",INV-1,2026-01-02,,5,,,", "customer_reference: is missing"),
        ("C1,--,2026-01-02,,5,,,", 'number: "--" has no letter or digit'),
        ("C1,INV-1,soon,,5,,,", 'issued_on: "soon" is not a date'),
        ("C1,INV-1,soon,,5x,,,", 'issued_on: "soon" is not a date; total: "5x" is not an amount'),
        ("C1,INV-1,2026-01-02,,0,,,", "total: is nothing: there is nothing to collect"),
        ("C1,INV-1,2026-01-02,,1.005,,,", "total: 1.005 has more decimals than USD, which has 2"),
        ("C1,INV-1,2026-01-02,,12.5,JPY,,", "total: 12.5 has more decimals than JPY, which has 0"),
        ("C1,INV-1,2026-01-02,,5,XXY,,", 'currency: "XXY" is not a currency code such as EUR'),
        ("C1,INV-1,2026-01-02,,5 €,USD,,", "total: the amount carries €, the row is in USD"),
        ("C1,INV-1,2026-01-02,,5,,2026-06-02,", "settled_on: 2026-06-02 is in the future"),
        ("C1,INV-1,2026-01-02,,5,,,6", "paid: 6.00 is not between nothing and the total of 5.00"),
        ("C1,INV-1,2026-01-02,,1" + "0" * 15 + ",,,", "total: 1000000000000000 is too large"),
        ("C1,INV-1,2026-01-02", "this line has 3 cells where the header names 8 columns"),
    ],
)
def test_a_bad_row_is_refused_with_line_field_and_reason(line, reason):
    rows = read(HEAD + line + "\nC2,INV-2,2026-01-02,,0.50,,,\n")
    assert refusals(rows) == {2: reason}
    assert [row.number for row in rows if isinstance(row, InvoiceRow)] == ["INV-2"]


def test_three_decimals_and_trailing_noughts_are_fine_where_nothing_is_lost():
    rows = read(HEAD + "C1,1,2026-01-02,,1.005,KWD,,\nC1,2,2026-01-02,,0.500,USD,,\n")
    assert [str(row.total) for row in rows] == ["1.005", "0.50"]


@pytest.mark.proves("T41")
def test_unclear_dates_refuse_the_file_until_the_order_is_said():
    text = HEAD + "C1,INV-1,1/2/2026,2/3/2026,5,,,\n"
    with pytest.raises(ImportProblem, match='column "issued_on", line 2: "1/2/2026"') as caught:
        read(text)
    assert caught.value.option == "date_order"
    assert read(text, date_order="dmy")[0].issued_on == date(2026, 2, 1)
    assert read(text, date_order="mdy")[0].issued_on == date(2026, 1, 2)


@pytest.mark.parametrize(("due_on", "issued_on"), [("13/2/2026", date(2026, 2, 1)), ("2/13/2026", date(2026, 1, 2))])
def test_one_date_column_settles_the_other(due_on, issued_on):
    (row,) = read(HEAD + f"C1,INV-1,1/2/2026,{due_on},5,,,\n")
    assert row.issued_on == issued_on


def test_unclear_amounts_refuse_the_file_until_the_mark_is_said():
    text = HEAD + 'C1,INV-1,2026-01-02,,"1,200",,,\n'
    with pytest.raises(ImportProblem, match="can be read with decimals or with thousands"):
        read(text)
    assert read(text, decimal="point")[0].total == Decimal("1200.00")
    assert read(text, decimal="comma")[0].total == Decimal("1.20")


def test_amounts_with_a_foreign_sign_need_the_currency():
    text = "customer_reference,number,issued_on,total\nC1,INV-1,2026-01-02,€5.00\n"
    with pytest.raises(ImportProblem, match="carries €, the amounts would be read as USD"):
        read(text)
    assert read(text, currency="EUR")[0].total == Decimal("5.00")


@pytest.mark.parametrize(("option", "value"), [("date_order", "ydm"), ("decimal", "dot")])
def test_unknown_options_are_refused(option, value):
    with pytest.raises(ImportProblem, match=value):
        read(HEAD + "C1,INV-1,2026-01-02,,5,,,\n", **{option: value})


def test_a_header_alone_is_refused():
    with pytest.raises(ImportProblem, match="no rows below"):
        read(HEAD)


def test_due_before_issue_comes_in_with_a_warning():
    (row,) = read(HEAD + "C1,INV-1,2026-03-02,2026-02-01,5,,,\n")
    assert row.warnings == (("due_on", "due 2026-02-01, before it was issued on 2026-03-02"),)


def test_a_negative_total_is_a_credit_note():
    assert read(HEAD + "C1,CN-1,2026-03-02,,(5.00),,,\n")[0].total == Decimal("-5.00")


def test_payments():
    head = "customer_reference,received_on,amount,reference,invoice_number\n"
    rows = read(head + "C1,2026-01-02,5,ref,INV-1\nC1,2026-01-02,-5,,\nC1,2026-06-02,5,,\n,2026-01-02,5,,\n", PAYMENTS)
    assert rows[0] == PaymentRow(2, "C1", "", date(2026, 1, 2), Decimal("5.00"), "USD", "", "ref", "INV-1")
    assert refusals(rows) == {
        3: "amount: -5.00 is no money received: enter a refund or a returned payment by hand",
        4: "received_on: 2026-06-02 is in the future",
        5: "customer_reference: is missing",
    }
