"""import_customers, import_invoices and import_payments: arguments, exits, and what they print; real ledgers: tests/load."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from customers.models import Customer
from invoices.models import Invoice, Payment
from tests import make

pytestmark = pytest.mark.django_db
HEAD = "customer_reference,number,issued_on,due_on,total\n"


@pytest.fixture
def ledger(tmp_path):
    def write(text, name="ledger.csv"):
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return write


def run(command, *arguments):
    out = io.StringIO()
    call_command(command, *arguments, "--format", "json", stdout=out, stderr=io.StringIO())
    return json.loads(out.getvalue())


def test_json_says_what_became_of_the_rows(business, ledger):
    path = ledger(HEAD + "C1,INV-1,2026-01-02,2026-02-01,5\nC1,INV-2,soon,,5\n")
    assert run("import_invoices", path, "--on", "2026-06-01") == {
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "refused": [{"line": 3, "reason": 'issued_on: "soon" is not a date'}],
        "customers_created": 1,
        "left_out": {},
        "conflicts": 0,
        "missing": [],
        "warnings": [],
        "remarks": [],
    }
    assert run("import_invoices", path)["unchanged"] == 1


def test_the_table_is_for_people(business, ledger, capsys):
    call_command("import_invoices", ledger(HEAD + "C1,INV-1,2026-01-02,,5\nC1,INV-2,soon,,5\n"))
    assert capsys.readouterr().out.splitlines() == [
        'line      3  refused  issued_on: "soon" is not a date',
        "1 created (and 1 customers), 0 updated, 0 unchanged, 1 refused.",
    ]


def test_a_dry_run_writes_nothing(business, ledger):
    assert run("import_invoices", ledger(HEAD + "C1,INV-1,2026-01-02,,5\n"), "--dry-run")["created"] == 1
    assert not Invoice.objects.exists()


@pytest.mark.parametrize(
    ("text", "arguments", "reason"),
    [
        (HEAD, [], "no rows below it"),
        ("", [], "The file is empty"),
        (HEAD + "C1,INV-1,1/2/2026,,5\n", [], "day first or month first: say --date-order dmy or --date-order mdy"),
        (HEAD + 'C1,INV-1,2026-01-02,,"1,200"\n', [], "say --decimal comma or --decimal point"),
        (HEAD + "C1,INV-1,2026-01-02,,€5\n", [], "carries €, the amounts would be read as USD: say --currency"),
        ("Kunde,Nr,Datum\nC1,1,2026-01-02\n", [], 'no column for .*: try --map "customer_name=Kunde,issued_on=Datum"'),
        (HEAD + "C1,INV-1,2026-01-02,,5\n", ["--map", "number=Nr"], 'no column "Nr"'),
        (HEAD + "C1,INV-1,2026-01-02,,5\n", ["--currency", "XXY"], "XXY is not a currency"),
        (HEAD + "C1,INV-1,2026-01-02,,5\n", ["--business", "none"], "There is no business 'none'"),
        (HEAD + "C1,INV-1,soon,,5\n", [], 'every row was refused, the first in line 2: issued_on: "soon" is not a date'),
    ],
)
def test_bad_input_ends_with_one_line_that_says_why(business, ledger, text, arguments, reason):
    with pytest.raises(CommandError, match=reason) as caught:
        run("import_invoices", ledger(text), *arguments)
    assert "\n" not in str(caught.value)


def test_a_missing_file_ends_with_one_line(business):
    with pytest.raises(CommandError, match="none.csv: Cannot read the file: No such file or directory"):
        run("import_invoices", "none.csv")


def test_several_businesses_must_be_told_apart(business, ledger):
    other = make.business("Other Ltd")
    path = ledger(HEAD + "C1,INV-1,2026-01-02,,5\n")
    with pytest.raises(CommandError, match="Say which business"):
        run("import_invoices", path)
    run("import_invoices", path, "--business", other.slug)
    assert Invoice.objects.get().business == other


def test_currency_and_orders_can_be_said(business, ledger):
    path = ledger("customer_reference;number;issued_on;total\nC1;INV-1;1/2/2026;1.200\n")
    run("import_invoices", path, "--currency", "eur", "--date-order", "mdy", "--decimal", "comma")
    invoice = Invoice.objects.get()
    assert (invoice.currency, invoice.issued_on, invoice.total) == ("EUR", make.day("2026-01-02"), 1200)


def test_another_program_s_customers_invoices_and_payments_fit_together(business, accounting):
    """The invoice file's Paid column stands in until the payments come; then the payments alone count."""
    invoices = run("import_invoices", str(accounting / "invoiceninja__invoice.csv"))
    customers = run("import_customers", str(accounting / "invoiceninja__clients.csv"))
    payments = run("import_payments", str(accounting / "invoiceninja__payments.csv"))
    assert (invoices["created"], customers["created"], customers["updated"]) == (400, 0, 20)
    assert (payments["created"], len(payments["refused"])) == (401, 2)
    assert Customer.objects.count() == 20
    assert not Payment.objects.filter(method="ledger", allocated=0).exists()
    for command, name in (("invoices", "invoice"), ("customers", "clients"), ("payments", "payments")):
        again = run(f"import_{command}", str(accounting / f"invoiceninja__{name}.csv"))
        assert (again["created"], again["updated"]) == (0, 0)


def test_a_profile_known_only_as_published_is_said_so(business, ledger):
    path = ledger(
        "Type,Account Reference,Nominal A/C Ref,Date,Reference,Net Amount,Tax Amount\nSI,A,4000,21/04/2026,501,100,20\n"
    )
    out = io.StringIO()
    call_command("import_invoices", path, "--on", "2026-06-01", stdout=out)
    assert "note: This way of reading Sage is made from its published layout" in out.getvalue()
    assert run("import_invoices", path, "--on", "2026-06-01", "--dry-run")["remarks"]


def test_a_full_file_names_what_it_misses(business, ledger):
    run("import_invoices", ledger(HEAD + "C1,INV-1,2026-01-02,2026-02-01,5\nC1,INV-2,2026-01-02,2026-02-01,6\n"))
    path = ledger(HEAD + "C1,INV-1,2026-01-02,2026-02-01,5\nC1,INV-3,2026-01-02,2026-02-01,6\n")
    assert run("import_invoices", path, "--full")["missing"] == ["INV-2"]
