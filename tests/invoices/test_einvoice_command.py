"""import_invoices with electronic invoices: told by their content, booked, tried out, refused in one line."""

import io
import json
import zipfile
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from invoices.models import Invoice
from tests.invoices.einvoices import pdf, ubl

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path):
    def write(content, name="invoices.csv"):
        path = tmp_path / name
        path.write_bytes(content)
        return str(path)

    return write


def run(*arguments):
    out = io.StringIO()
    call_command("import_invoices", *arguments, "--on", "2026-06-01", "--format", "json", stdout=out, stderr=io.StringIO())
    return json.loads(out.getvalue())


@pytest.mark.parametrize("content", [ubl(), pdf(ubl()), b"\xef\xbb\xbf" + ubl()])
def test_an_electronic_invoice_is_told_by_its_content_whatever_it_is_called(business, file, content):
    said = run(file(content))
    assert (said["created"], said["customers_created"], said["refused"]) == (1, 1, [])
    assert run(file(content))["unchanged"] == 1
    assert Invoice.objects.get().detail.buyer == "Birch GmbH"


def test_a_zip_of_them_is_unpacked(business, file):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("1.xml", ubl("1"))
        archive.writestr("2.xml", ubl("2", due=""))
    said = run(file(held.getvalue()))
    assert said["created"] == 1
    assert said["refused"] == [{"line": 2, "reason": "invoices.csv/2.xml: no due date and no terms"}]


def test_a_dry_run_takes_it_back(business, file):
    assert run(file(ubl()), "--dry-run")["created"] == 1
    assert not Invoice.objects.exists()


def test_what_the_file_leaves_open_may_be_said(business, file):
    path = file(ubl(due="", seller="Timber AG"))
    with pytest.raises(CommandError, match="neither is this business"):
        run(path)
    run(path, "--any-seller", "--usual-terms")
    assert Invoice.objects.get().due_on == date(2026, 6, 3)


def test_what_is_no_invoice_is_refused_in_one_line(business, file):
    with pytest.raises(CommandError, match=r"every row was refused, the first in line 1: .*UBL Order: this is no invoice"):
        run(file(b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>'))


def test_a_file_that_is_not_there(business):
    with pytest.raises(CommandError, match="nowhere"):
        run("nowhere.xml")
