"""Every real bank file that lies beside the project, against the table of what it holds and the index that came with it."""

import csv
import io
from decimal import Decimal, InvalidOperation

import mt940
import pytest
from ofxtools.Parser import OFXTree

from invoices.imports.problems import ImportProblem, LineProblem
from invoices.statements.lines import Foot, Head, StatementLine
from invoices.statements.opening import open_statement
from tests.invoices.bank_corpus import ROWS, Row


def facts(row, parts):
    """The row that these parts make, as the table has it."""
    heads = [part for part in parts if isinstance(part, Head)]
    feet = [part for part in parts if isinstance(part, Foot)]
    amounts = [part.amount for part in parts if isinstance(part, StatementLine)]
    known = [foot.difference for foot in feet if foot.difference is not None]
    return Row(
        file=row.file,
        format=heads[0].format,
        statements=len(heads),
        entries=len(amounts),
        credits=str(sum((amount for amount in amounts if amount > 0), Decimal(0))),
        debits=str(-sum((amount for amount in amounts if amount < 0), Decimal(0))),
        opening=str(heads[-1].opening if heads[-1].opening is not None else ""),
        closing=str(feet[-1].closing if feet[-1].closing is not None else ""),
        sums=len(known),
        off=" ".join(str(difference) for difference in known if difference),
        bad=sum(isinstance(part, LineProblem) for part in parts),
        currency=row.currency,
        why=row.why,
    )


@pytest.mark.proves("P13")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.file)
def test_a_real_file_reads_as_it_must(row, shared):
    content = (shared / "bank" / row.file).read_bytes()
    if row.refused:
        with pytest.raises(ImportProblem, match=row.refused):
            open_statement(content, "any name", currency=row.currency)
        return
    file = open_statement(content, "any name", currency=row.currency)
    assert facts(row, list(file.parts())) == row
    assert facts(row, list(file.parts())) == row, "a second reading says the same"


def test_no_file_is_left_out_and_the_index_agrees_unless_a_row_says_why(shared):
    with (shared / "INDEX_bank.csv").open(newline="", encoding="utf-8") as file:
        index = {line["file"].removeprefix("bank/"): line for line in csv.DictReader(file)}
    assert {row.file for row in ROWS} == set(index)
    disagreeing = {row.file: differing(row, index[row.file]) for row in ROWS if not row.why}
    assert {file: fields for file, fields in disagreeing.items() if fields} == {}


def differing(row, line):
    """The fields in which the index says something, and something else."""
    ours = {"entries": str(row.entries), "credits": row.credits, "debits": row.debits, "opening": row.opening}
    ours |= {"closing": row.closing, "stmts": str(row.statements)}
    return [name for name, value in ours.items() if line[name] and not same(value, line[name].split(",")[-1], line[name])]


def same(value, *said):
    """Whether one of these is the value; as numbers where they are numbers."""
    try:
        return any(Decimal(value) == Decimal(text.replace(",", ".")) for text in said)
    except InvalidOperation:
        return value in said


OTHERS = ("mt940/mBank__mt940.sta", "mt940/betterplace__sepa_snippet.sta", "mt940/jejik__ing.sta", "mt940/cmxl__mt940.sta")


@pytest.mark.parametrize("name", OTHERS)
def test_where_the_library_reads_mt940_it_reads_the_same_amounts_and_days(name, shared):
    content = (shared / "bank" / name).read_bytes()
    theirs = [entry.data for entry in mt940.parse(content.decode())]
    lines = [part for part in open_statement(content, "x").parts() if isinstance(part, StatementLine)]
    assert [line.amount for line in lines] == [entry["amount"].amount for entry in theirs]
    assert [line.valued_on for line in lines] == [entry["date"] for entry in theirs]


PLAIN_OFX = ("ofx/ofxparse__bank_medium.ofx", "ofx/django-ledger__v2_good.ofx", "ofx/bankfile__lcl__check-without-payee.ofx")


@pytest.mark.parametrize("name", PLAIN_OFX)
def test_where_the_library_reads_ofx_it_reads_the_same(name, shared):
    content = (shared / "bank" / name).read_bytes()
    parser = OFXTree()
    parser.parse(io.BytesIO(content))
    lines = [part for part in open_statement(content, "x").parts() if isinstance(part, StatementLine)]
    assert [(line.amount, f"{line.booked_on:%Y%m%d}", line.bank_reference) for line in lines] == [
        (Decimal(entry.findtext("TRNAMT")), entry.findtext("DTPOSTED")[:8], entry.findtext("FITID"))
        for entry in parser.getroot().iter("STMTTRN")
    ]
