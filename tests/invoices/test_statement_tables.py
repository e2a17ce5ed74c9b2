"""Bank statements as tables: columns found by their names in six languages, layouts, refusals by line."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.imports.problems import ImportProblem, LineProblem
from invoices.statements.layouts import header_key
from invoices.statements.lines import Foot, Head, StatementLine
from invoices.statements.opening import open_statement
from tests.invoices.samples_bank import TABLES

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


def only(parts, kind):
    return [part for part in parts if isinstance(part, kind)]


@pytest.mark.parametrize("bank", TABLES)
def test_a_bank_of_six_languages_is_read_without_being_asked(bank):
    text, expected = TABLES[bank]
    file, parts = read(text.encode(), currency="USD" if bank in ("Chase", "Bank of America") else "EUR")
    incoming = [line for line in only(parts, StatementLine) if line.amount > 0]
    found = [(f"{line.amount}", line.payer, line.payer_account, line.reference, str(line.booked_on)) for line in incoming]
    assert found == [expected]
    assert only(parts, LineProblem) == []
    assert all(line.amount < 0 for line in only(parts, StatementLine) if line not in incoming)
    assert {foot.difference for foot in only(parts, Foot)} <= {None, Decimal(0)}


def test_fees_kept_by_a_payment_service_are_charges():
    _file, parts = read(TABLES["PayPal"][0].encode())
    (line,) = only(parts, StatementLine)
    assert (line.amount, line.charges) == (Decimal("1225.00"), Decimal("25.00"))


def test_what_is_not_booked_yet_and_balances_between_are_left_out_aloud():
    file, _parts = read(TABLES["DKB"][0].encode())
    assert file.warnings == ["Lines that are not booked yet, or never were, and are left out: 7."]
    file, _parts = read(TABLES["older Volksbank with marks"][0].encode())
    assert file.warnings == ["Lines that hold no booking and are left out: 4, 5."]


def test_a_saved_layout_is_found_by_the_names_of_the_header():
    assert header_key(["Date", "Amount*"]) == header_key([" date ", "amount"]) != header_key(["Amount", "Date"])


@pytest.mark.parametrize("text", ["x\n30/06/2026,1250.00\n", "30/06/2026,NORDWIND,1250.00\n03/07/2026,POWER,-80.00\n"])
def test_without_a_header_a_person_is_asked(text):
    with pytest.raises(ImportProblem) as refusal:
        read(text)
    assert refusal.value.option == "layout"


def test_columns_without_names_go_by_their_position():
    layout = {"booked_on": "column 1", "text": "column 2", "amount": "column 3"}
    _file, parts = read("30/06/2026,NORDWIND,1250.00\n03/07/2026,POWER,-80.00\n", layout=layout)
    assert [(line.line, line.amount) for line in only(parts, StatementLine)] == [(1, Decimal("1250.00")), (2, Decimal("-80.00"))]


def test_a_list_of_invoices_is_no_statement():
    with pytest.raises(ImportProblem) as refusal:
        read("Invoice Number,Date,Due Date,Amount\nRE 17,2026-06-01,2026-06-30,1250.00\n")
    assert refusal.value.option == "layout"


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("Date,Description,Amount\n01/02/2026,a,12.00\n03/04/2026,b,1.00\n", "date_order"),
        ("Date,Description,Amount\n2026-02-01,a,$12.00\n", "currency"),
        ('Date,Description,Amount\n2026-02-01,a,"12,50"\n2026-02-02,b,12.50\n', "decimal"),
    ],
)
def test_what_can_be_read_in_two_ways_is_asked_for_by_name(text, option):
    with pytest.raises(ImportProblem) as refusal:
        read(text)
    assert refusal.value.option == option


def test_a_layout_answers_what_was_open():
    layout = {"date_order": "mdy", "default_currency": "USD"}
    _file, parts = read("Date,Description,Amount\n01/02/2026,a,$12.00\n", layout=layout)
    (line,) = only(parts, StatementLine)
    assert (line.booked_on.isoformat(), line.currency) == ("2026-01-02", "USD")


def test_without_any_currency_one_is_asked_for():
    with pytest.raises(ImportProblem) as refusal:
        read("Date,Description,Amount\n2026-02-01,a,12.00\n", currency="")
    assert refusal.value.option == "currency"


@pytest.mark.parametrize(
    ("layout", "reason"),
    [
        ({"booked_on": "Date", "amount": "Sum"}, 'there is no column "Sum"'),
        ({"booked_on": "Date", "price": "Amount"}, 'no field "price"'),
        ({"booked_on": "Date", "credit": "Amount"}, "not clear"),
    ],
)
def test_a_layout_that_does_not_fit_is_refused(layout, reason):
    with pytest.raises(ImportProblem, match=reason) as refusal:
        read("Date,Description,Amount\n2026-02-01,a,12.00\n", layout=layout)
    assert refusal.value.option == "layout"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("2026-02-01,a,5.00,6.00,", "Debit: has money out and money in at once"),
        (",a,5.00,,", "Date: is missing"),
        ("2026-02-01,a,,,3.00", "Debit: is missing"),
        ("2026-02-01,a,x,,", 'Debit: "x" is not an amount'),
        ("2026-02-01,a,5.00", "this line has 3 cells where the header names 5 columns"),
    ],
)
def test_a_row_that_says_too_little_or_too_much_is_refused(row, problem):
    _file, parts = read(f"Date,Description,Debit,Credit,Balance\n2026-01-31,z,1.00,,9.00\n{row}\n")
    assert [(part.line, str(part)) for part in only(parts, LineProblem)] == [(3, problem)]


def test_debits_with_minus_signs_and_without_go_out_and_a_cancelled_one_comes_back():
    _file, parts = read("Date,Description,Debit,Credit\n2026-02-01,a,-5.00,\n2026-02-02,b,,7.00\n")
    assert [line.amount for line in only(parts, StatementLine)] == [Decimal("-5.00"), Decimal("7.00")]
    _file, parts = read("Date,Description,Debit,Credit\n2026-02-01,a,5.00,\n2026-02-02,b,-5.00,\n")
    assert [line.amount for line in only(parts, StatementLine)] == [Decimal("-5.00"), Decimal("5.00")]


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("New Balance Athletics Ltd", False),
        ("Closing Balance GmbH, RE 17", False),
        ("Opening balance as of 01/31/2026: 5.00 EUR", True),
        ("Endsaldo", True),
    ],
)
def test_a_payer_whose_name_begins_like_a_balance_pays(text, left_out):
    file, parts = read(f'Date,Name,Amount\n2026-01-31,Acme,5.00\n2026-02-01,"{text}",7.00\n')
    assert len(only(parts, StatementLine)) == 2 - left_out
    assert bool(file.warnings) == left_out


def test_a_payer_may_be_called_new_balance():
    _file, parts = read("Date,Name,Description,Amount\n2026-02-01,New Balance,RE 17,7.00\n")
    assert [line.payer for line in only(parts, StatementLine)] == ["New Balance"]


def marked(*rows):
    _file, parts = read("Date,Text,Amount,D/C\n" + "".join(f"2026-02-01,x,{row}\n" for row in rows))
    return [f"{line.amount}" for line in only(parts, StatementLine)], [str(part) for part in only(parts, LineProblem)]


def test_where_amounts_have_signs_other_marks_do_no_harm():
    """A bank that writes DEBIT and CREDIT writes CHECK, too, if only later."""
    amounts, problems = marked(*["-5.00,Debit"] * 30, "7.00,Credit", "-2.00,Check", "9.00,Deposit slip")
    assert (amounts[-3:], problems) == (["7.00", "-2.00", "9.00"], [])


@pytest.mark.parametrize("rows", [("5.00,D", "-7.00,C"), ("-5.00,D", "-7.00,C")])
def test_where_signs_are_against_marks_the_marks_are_right(rows):
    """As the balances of oca__debit_credit.csv prove; what has no mark then is refused."""
    amounts, problems = marked(*(*rows, *["1.00,C"] * 30, "2.00,Check"))
    assert amounts[:2] == ["-5.00", "7.00"]
    assert problems == ['D/C: "Check" is neither money in nor money out']


def test_a_row_of_no_account_is_refused_and_not_dropped():
    _file, parts = read("Date,Currency,Description,Amount\n2026-02-01,USD,a,5.00\n,EUR,b,7.00\n")
    assert [str(part) for part in only(parts, LineProblem)] == ["Date: is missing"]


def test_a_column_of_very_many_accounts_is_asked_about():
    """Each would be a statement of its own, and the table be read once for each."""
    rows = "".join(f"DE{89370400440532013000 + number},2026-02-01,RE {number},1.00\n" for number in range(60))
    with pytest.raises(ImportProblem, match='Column "IBAN" names 60 accounts') as refusal:
        read("IBAN,Date,Description,Amount\n" + rows)
    assert refusal.value.option == "layout"


def test_a_balance_that_the_lines_do_not_lead_to_is_told():
    _file, parts = read("Date,Description,Amount,Balance\n2026-02-01,a,5.00,15.00\n2026-02-02,b,1.00,20.00\n")
    (foot,) = only(parts, Foot)
    assert (foot.closing, foot.difference) == (Decimal("20.00"), Decimal("4.00"))


def test_newest_first_adds_up_as_well():
    _file, parts = read("Date,Description,Amount,Balance\n2026-02-02,b,1.00,16.00\n2026-02-01,a,5.00,15.00\n")
    assert (only(parts, Head)[0].opening, only(parts, Foot)[0].difference) == (Decimal("10.00"), Decimal("0.00"))


@given(cents=st.integers(-(10**11), 10**11).filter(bool), comma=st.booleans())
def test_every_amount_comes_back_as_it_was_written(cents, comma):
    amount = Decimal(cents).scaleb(-2)
    written = f"{amount:,.2f}".translate(str.maketrans(",.", ".,")) if comma else f"{amount:,.2f}"
    _file, parts = read(f"Date;Description;Amount\n2026-02-01;a;{written}\n2026-02-01;b;{'1,10' if comma else '1.10'}\n")
    assert only(parts, StatementLine)[0].amount == amount
