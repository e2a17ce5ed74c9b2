"""Any CSV or spreadsheet becomes the same header and rows, with the line numbers a person sees."""

import csv
import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.imports.problems import ImportProblem
from invoices.imports.tabular import Row, open_table

TEXT = "number,name,total\n1,Müller & Söhne,10.50\n2,Åsa,3.00\n"


def cells(source, wanted=()):
    return [row.cells for row in open_table(source, wanted).rows()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_reads_every_encoding(encoding):
    assert cells(TEXT.encode(encoding)) == [("1", "Müller & Söhne", "10.50"), ("2", "Åsa", "3.00")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_finds_the_delimiter_and_any_line_end(delimiter, newline):
    text = delimiter.join(["a", "b"]) + newline + delimiter.join(["1", "2"]) + newline
    table = open_table(text.encode())
    assert table.header == ("a", "b")
    assert [row.cells for row in table.rows()] == [("1", "2")]


def test_a_decimal_comma_is_no_delimiter():
    assert cells(b"number;net;gross\n1;1,50;1,79\n2;2,00;2,38\n") == [("1", "1,50", "1,79"), ("2", "2,00", "2,38")]


def test_the_spreadsheet_note_on_the_delimiter_is_no_line_of_the_table():
    assert cells(b"sep=;\r\na;b\r\n1;2\r\n") == [("1", "2")]


def test_rows_can_be_read_again():
    table = open_table(TEXT.encode())
    assert list(table.rows()) == list(table.rows())


def test_preamble_and_blank_lines_are_skipped_and_line_numbers_stay_true():
    text = 'My Books - exported today,,\n,,\nINVOICES,,\nnumber,note,total\n\n1,"two\nlines",5\n,,\n2,x,6\n'
    table = open_table(text.encode())
    assert (table.header, table.header_line) == (("number", "note", "total"), 4)
    assert list(table.rows()) == [Row(6, ("1", "two\nlines", "5")), Row(9, ("2", "x", "6"))]


def test_the_header_is_the_line_with_the_wanted_names():
    text = "from,to,by,page\n1 Jan,31 Jan,Ann,1\nnumber,total,,\n7,5,,\n"
    table = open_table(text.encode(), wanted={"number", "total"})
    assert table.header == ("number", "total")
    assert [row.cells for row in table.rows()] == [("7", "5")]


def test_a_ragged_line_comes_with_its_problem_and_the_others_are_read():
    rows = list(open_table(b"a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12,\n").rows())
    assert [row.line for row in rows if row.problem] == [3, 4]
    assert rows[1].problem == "this line has 2 cells where the header names 3 columns"
    assert rows[3] == Row(5, ("10", "11", "12"))


def test_columns_beyond_the_header_that_every_line_has_are_counted():
    table = open_table(b"a,b\n1,2,x\n3,4,y\n")
    assert table.unnamed == 1
    assert [row.cells for row in table.rows()] == [("1", "2"), ("3", "4")]


def test_an_unclosed_quote_is_a_problem_of_its_lines_and_nothing_is_swallowed():
    rows = list(open_table(b'a,b\n1,2\n"x"y,3\n4,5\n"open,6\n7,8\n').rows())
    assert [row.cells for row in rows if not row.problem] == [("1", "2"), ("4", "5")]
    assert "Lines 5 to 6 cannot be split" in rows[-1].problem


def test_equal_column_names_are_told_apart():
    assert open_table(b"Phone,Phone,x\n1,2,3\n").header == ("Phone", "Phone (2)", "x")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\n\n  \n", "no lines"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "neither text nor a spreadsheet"),
        (b"PK\x03\x04 not a zip at all", "damaged"),
        (b"\xd0\xcf\x11\xe0 not a workbook", "cannot be opened"),
        ("a,b\nMüller,Söhne\nÅsa,".encode() + b"\xff\n", "Line 3 holds a character"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(content, reason):
    with pytest.raises(ImportProblem, match=reason):
        open_table(content)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ImportProblem, match="No such file"):
        open_table(tmp_path / "none.csv")


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_a_clear_refusal(content):
    try:
        table = open_table(content)
        rows = list(table.rows())
    except ImportProblem as problem:
        assert str(problem)
    else:
        assert all(row.problem or len(row.cells) == len(table.header) for row in rows)


@given(
    st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), min_size=2, max_size=2), min_size=1, max_size=8)
)
def test_what_a_spreadsheet_writes_is_read_back(lines):
    text = io.StringIO()
    csv.writer(text).writerows([["number", "total"], *lines])
    read = [list(row.cells) for row in open_table(text.getvalue().encode(), {"number", "total"}).rows()]
    assert read == [line for line in lines if any(cell.strip() for cell in line)]


def workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_a_spreadsheet_reads_like_text_with_its_own_numbers_and_dates(tmp_path):
    path = tmp_path / "named wrongly.csv"
    path.write_bytes(workbook(["Ledger"], [], ["id", "name", "total"], ["007", "Åsa", 0.1 + 0.2], [1930571429.0, True, 5]))
    table = open_table(path)
    assert (table.header, table.header_line) == (("id", "name", "total"), 3)
    assert [tuple(map(str, row.cells)) for row in table.rows()] == [("007", "Åsa", "0.3"), ("1930571429", "TRUE", "5")]
    assert [row.line for row in table.rows()] == [4, 5]


def test_hidden_and_empty_sheets_are_passed_over():
    book = openpyxl.Workbook()
    book.active.append(["secret", "x"])
    book.active.sheet_state = "hidden"
    book.create_sheet("empty")
    book.create_sheet("data").append(["a", "b"])
    content = io.BytesIO()
    book.save(content)
    assert open_table(content.getvalue()).header == ("a", "b")


def test_an_empty_spreadsheet_is_refused():
    with pytest.raises(ImportProblem, match="spreadsheet is empty"):
        open_table(workbook())
