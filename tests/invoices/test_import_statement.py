"""import_statement: arguments, exits, what it prints; and a real bank's file from its bytes to the books."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from customers.models import ImportBatch
from invoices.bank_files import open_bank_file
from invoices.models import BankLine, ColumnLayout, Payment
from invoices.statements.layouts import header_key
from tests import make

pytestmark = pytest.mark.django_db
HEAD = "Date,Amount,Payer,Description\n"
ROWS = (
    "2026-03-10,119.50,Acme,Invoice INV-20260001\n2026-03-11,50.00,Acme,thanks\n"
    "2026-03-12,7.00,Nobody,rent\n2026-03-12,-5.00,Bank,fee\n"
)


@pytest.fixture
def inv(acme):
    return make.invoice(acme, "INV-20260001", total="119.50")


@pytest.fixture
def bank(tmp_path):
    def write(text, name="bank.csv"):
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return write


def run(*arguments):
    out = io.StringIO()
    call_command("import_statement", *arguments, "--format", "json", stdout=out, stderr=io.StringIO())
    return json.loads(out.getvalue())


def test_json_says_what_became_of_the_lines(business, inv, bank):
    make.invoice(inv.customer, "INV-20260002", total="300")
    path = bank(HEAD + ROWS)
    assert run(path, "--on", "2026-03-13") == {
        "lines": 4,
        "new": 4,
        "matched": 1,
        "suggested": 1,
        "unmatched": 1,
        "refused": [],
        "known": 0,
        "returned": 0,
        "left": 1,
        "warnings": [],
    }
    inv.refresh_from_db()
    assert inv.balance == 0
    again = run(path)
    assert (again["new"], again["known"], again["matched"]) == (0, 4, 0)
    assert again["warnings"] == [{"line": 0, "reason": "Every line of this file was here already."}]
    assert ImportBatch.objects.count() == 1


def test_the_table_is_for_people(business, inv, bank, capsys):
    call_command("import_statement", bank(HEAD + ROWS.splitlines()[0] + "\n2026-03-12,-5.00,Bank,fee\n"))
    assert capsys.readouterr().out.splitlines() == [
        "2 lines: 2 new, 0 known, 0 refused.",
        "1 booked, 0 taken back, 0 with a suggestion, 0 without, 1 left (money out).",
    ]


def test_a_dry_run_writes_nothing(business, inv, bank):
    assert run(bank(HEAD + ROWS), "--dry-run")["matched"] == 1
    assert not BankLine.objects.exists() and not Payment.objects.exists() and not ImportBatch.objects.exists()


def test_lines_that_cannot_be_read_keep_the_file_out_unless_agreed(business, inv, bank):
    path = bank(HEAD + ROWS + "2026-03-12,lots,Acme,x\n")
    with pytest.raises(CommandError, match=r"1 line cannot be read, in line 6: .*lots.*: say --keep-rest to bring in the others"):
        run(path)
    assert not BankLine.objects.exists() and not ImportBatch.objects.exists()
    result = run(path, "--keep-rest")
    assert (result["lines"], result["new"], result["refused"][0]["line"]) == (5, 4, 6)
    assert ImportBatch.objects.get().refused[0]["line"] == 6


@pytest.mark.parametrize(
    ("text", "arguments", "reason"),
    [
        ("", [], "The file is empty"),
        ("<html/>", [], "a web page, not a statement"),
        ("When,What,Sum\n2026-03-10,x,5\n", ["--map", "day=When"], '"day=When" is not field=Column; the fields are '),
        ("When,What,Sum\n2026-03-10,x,5\n", ["--map", "amount=A,amount=B"], 'field "amount" is given twice'),
        ("When,What,Sum\n2026-03-10,x,5\n", ["--map", "booked_on=When,amount=Zum"], 'no column "Zum"'),
        (HEAD + ROWS, ["--layout", "Ours"], 'there is no layout "Ours"'),
        (HEAD + ROWS, ["--currency", "XXY"], "XXY is not a currency"),
        (
            HEAD + "2026-03-12,lots,Acme,x\n",
            ["--keep-rest", "--map", "booked_on=Date,amount=Amount"],
            "every line was refused, the first in line 2",
        ),
    ],
)
def test_bad_input_is_one_line(business, bank, text, arguments, reason):
    with pytest.raises(CommandError, match=reason) as caught:
        run(bank(text), *arguments)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(business):
    with pytest.raises(CommandError, match="nowhere.xml: No such file"):
        run("nowhere.xml")


def test_columns_can_be_named_and_kept(business, inv, bank):
    path = bank("When;What;More;Sum\n10.03.2026;Acme;INV-20260001;119,50\n")
    result = run(path, "--map", "booked_on=When,amount=Sum,payer=What,text=More", "--date-order", "dmy", "--dry-run")
    assert result["matched"] == 1
    options = {"booked_on": "When", "amount": "Sum", "payer": "What", "text": ["More", "What"], "date_order": "dmy"}
    ColumnLayout.objects.create(
        business=business, header_key=header_key(["When", "What", "More", "Sum"]), name="Ours", options=options
    )
    assert run(path, "--layout", "Ours", "--dry-run")["new"] == 1
    run(path, "--currency", "eur")
    row = BankLine.objects.get()
    assert (row.payer, row.text, row.currency) == ("Acme", "INV-20260001\nAcme", "EUR")


def test_a_table_without_names_is_read_as_it_was_before(business):
    content = b"01/02/2026,NORDWIND,1250.00\n13/02/2026,POWER,-80.00\n"
    options = {"booked_on": "column 1", "text": ["column 2"], "amount": "column 3"}
    key = header_key(["column 1", "column 2", "column 3"])
    ColumnLayout.objects.create(business=business, header_key=key, name="No names", options=options)
    assert open_bank_file(business, content, "x.csv").layout == options


def test_a_real_bank_s_file_from_its_bytes_to_the_books(business, accounting):
    folder = accounting.parent / "bank" / "camt"
    path = folder / "genkgo__camt053.v2.multi.statement.xml"
    result = run(path, "--on", "2026-03-13")
    assert (result["lines"], result["new"]) == (2, 2)
    assert run(path)["known"] == 2
