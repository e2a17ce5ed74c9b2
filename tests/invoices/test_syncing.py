"""Files come in from folders by themselves: by the rules of their kind, once, with a report, and a task where one is refused."""

import datetime
import io
import json

import pytest
from django.core.management import CommandError, call_command

from customers.models import Business, Customer, Event, ImportBatch, Task
from customers.models.desk import TaskKind
from invoices.models import BankLine, Invoice, Payment, SyncSource
from invoices.sync_folders import DONE, REFUSED, WORKING, folder_of, make_folder
from invoices.sync_sources import SourceError, add_source
from invoices.syncing import run_source
from reminders.tasks import read_folders, tick
from tests import make
from tests.pages import read

HEAD = "customer_reference,number,issued_on,due_on,total\n"
ROW = "C1,INV-1,2026-01-02,2026-02-01,100.00\n"
BANK = "Date,Description,Amount\n2026-05-20,Acme pays INV-1,100.00\n2026-05-21,Fee,-3.00\n"


def now():
    """As if every file had lain there for two minutes."""
    return datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=2)


@pytest.fixture
def source(business, owner):
    return add_source(business=business, kind="invoices", folder="ledger", layout={}, actor=owner)


def drop(source, name, content):
    path = folder_of(source.business, source.folder) / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def lying_in(source, part):
    return sorted(path.name for path in (folder_of(source.business, source.folder) / part).iterdir())


def test_a_file_comes_in_and_is_put_away_with_its_report(source):
    drop(source, "may.csv", HEAD + ROW)
    (report,) = run_source(source, now())
    assert (report.good, report.counts["new"], Invoice.objects.get().number) == (True, 1, "INV-1")
    assert lying_in(source, DONE) == ["may.csv", "may.csv.report.txt"]
    assert lying_in(source, WORKING) == []
    batch = ImportBatch.objects.get()
    assert (batch.pk, batch.by, batch.file_name) == (report.batch, None, "may.csv")
    assert not Task.objects.filter(subject=f"syncsource:{source.pk}").exists()


def test_the_same_file_again_changes_nothing(source):
    for _time in range(2):
        drop(source, "may.csv", HEAD + ROW)
        (report,) = run_source(source, now())
    assert (report.good, report.batch, report.counts["known"]) == (True, None, 1)
    assert (Invoice.objects.count(), ImportBatch.objects.count()) == (1, 1)


def test_a_crash_before_a_file_is_put_away_repeats_harmlessly(source):
    taken = drop(source, "may.csv", HEAD + ROW)
    run_source(source, now())
    done = folder_of(source.business, "ledger") / DONE / "may.csv"
    done.rename(folder_of(source.business, "ledger") / WORKING / taken.name)
    assert run_source(source, now()) == []
    (report,) = run_source(source, now() + datetime.timedelta(minutes=30))
    assert (report.good, Invoice.objects.count(), lying_in(source, WORKING)) == (True, 1, [])


def test_what_is_refused_is_said_and_opens_one_task(source):
    drop(source, "notes.txt", "Dear Jane, where is it?")
    drop(source, "part.csv", HEAD + ROW + ROW.replace("INV-1", "INV-2").replace("100.00", "much"))
    run_source(source, now())
    assert lying_in(source, REFUSED) == ["notes.txt", "notes.txt.report.txt"]
    assert "part.csv" in lying_in(source, DONE)
    files = {file["name"]: file for file in source.report["files"]}
    assert not files["notes.txt"]["good"] and files["notes.txt"]["reason"]
    assert files["part.csv"]["problems"] == [(3, 'total: "much" is not an amount')]
    drop(source, "again.txt", "?")
    run_source(source, now())
    task = Task.objects.get(subject=f"syncsource:{source.pk}")
    assert (task.kind, "notes.txt" in task.reason) == (TaskKind.OTHER, True)
    assert Event.objects.filter(kind="sync.refused").count() == 2


def test_a_long_overdue_invoice_in_a_live_ledger_waits_for_the_owner(source):
    Business.objects.update(released_on=datetime.date(2020, 1, 1))
    source.refresh_from_db()
    young = now().date() - datetime.timedelta(days=20)
    drop(source, "may.csv", HEAD + ROW + f"C1,INV-2,{young},{young},5.00\n")
    run_source(source, now())
    assert dict(Invoice.objects.values_list("number", "entry_hold")) == {"INV-1": True, "INV-2": False}


def test_a_full_export_says_what_is_missing(source):
    source.layout = {"full": True}
    drop(source, "may.csv", HEAD + ROW + ROW.replace("INV-1", "INV-2"))
    run_source(source, now())
    drop(source, "june.csv", HEAD + ROW)
    (report,) = run_source(source, now())
    assert (report.missing, Invoice.objects.count()) == (["INV-2"], 2)


def test_customers_and_payments_have_folders_too(business, owner):
    people = add_source(business=business, kind="customers", folder="people", layout={}, actor=owner)
    money = add_source(business=business, kind="payments", folder="money", layout={"currency": "EUR"}, actor=owner)
    drop(people, "c.csv", "reference,name\nC1,Acme\n")
    drop(money, "p.csv", "customer_reference,received_on,amount\nC1,2026-05-02,12.50\n")
    read_folders(now())
    assert (Customer.objects.get().name, Payment.objects.get().currency) == ("Acme", "EUR")


def test_a_statement_is_stored_and_what_is_certain_booked(business, owner):
    bank = add_source(business=business, kind="statements", folder="bank", layout={"currency": "USD"}, actor=owner)
    make.invoice(make.customer(business), "INV-1", total="100")
    for _time in range(2):
        drop(bank, "may.csv", BANK)
        (report,) = run_source(bank, now())
    assert (report.good, report.counts["known"], BankLine.objects.count()) == (True, 2, 2)
    assert Invoice.objects.get().balance == 0


def test_a_statement_that_cannot_be_read_whole_is_refused_whole(business, owner):
    bank = add_source(business=business, kind="statements", folder="bank", layout={}, actor=owner)
    drop(bank, "may.csv", BANK + "2026-05-32,Wrong day,1.00\n")
    (report,) = run_source(bank, now())
    assert (report.good, BankLine.objects.count(), ImportBatch.objects.count()) == (False, 0, 0)
    assert Task.objects.get(subject=f"syncsource:{bank.pk}").kind == TaskKind.BANK


def test_what_is_no_einvoice_is_refused_in_a_folder_for_them(business, owner):
    source = add_source(business=business, kind="einvoices", folder="einvoices", layout={}, actor=owner)
    drop(source, "a.xml", "<note>Dear Jane</note>")
    (report,) = run_source(source, now())
    assert (report.good, lying_in(source, REFUSED)) == (False, ["a.xml", "a.xml.report.txt"])


def test_a_folder_that_cannot_be_read_is_said_and_stops_no_other(source, business, owner):
    gone = SyncSource.objects.create(business=business, kind="invoices", folder="gone")
    drop(source, "may.csv", HEAD + ROW)
    read_folders(now())
    gone.refresh_from_db()
    assert (gone.report["trouble"], Invoice.objects.count()) == ("The folder is not there.", 1)


def test_the_tick_looks_before_anything_goes_out(source, monkeypatch):
    monkeypatch.setattr("invoices.sync_folders.QUIET", datetime.timedelta(0))
    drop(source, "may.csv", HEAD + ROW)
    tick()
    assert Invoice.objects.count() == 1


def test_what_goes_wrong_on_our_side_is_said_and_stops_no_other_file(source):
    source.layout = {"unheard of": True}
    for name in ("a.csv", "b.csv"):
        drop(source, name, HEAD + ROW)
    reports = run_source(source, now())
    assert [(report.good, report.reason[:27]) for report in reports] == [(False, "Something went wrong on our")] * 2


def test_a_source_that_is_off_is_not_looked_into(source):
    SyncSource.objects.update(active=False)
    drop(source, "may.csv", HEAD + ROW)
    read_folders(now())
    assert not Invoice.objects.exists()


def test_one_folder_has_one_source(source, business, owner):
    with pytest.raises(SourceError, match="already"):
        add_source(business=business, kind="payments", folder="ledger", layout={}, actor=owner)


def run(*words):
    out = io.StringIO()
    call_command("sync", *words, stdout=out)
    return out.getvalue()


def test_the_command_looks_now_and_tells(source, monkeypatch):
    drop(source, "may.csv", HEAD + ROW)
    assert "0 files" in run()
    monkeypatch.setattr("invoices.sync_folders.QUIET", datetime.timedelta(0))
    found = json.loads(run("--format", "json", "--on", "2026-06-01"))
    assert Invoice.objects.get().first_seen_on == datetime.date(2026, 6, 1)
    assert found["sources"][0]["files"][0]["counts"]["new"] == 1
    drop(source, "notes.txt", "?")
    assert "refused  notes.txt" in run()


def test_the_command_needs_a_folder(business):
    with pytest.raises(CommandError, match="add one under Settings"):
        run()


def test_the_owner_adds_changes_switches_off_and_removes_a_folder(business, owner, client_of):
    browser, place = client_of(owner), f"/b/{business.slug}/settings/folders/"
    assert "No folder is looked into yet" in read(browser, business, "sync-list")
    asked = {"kind": "invoices", "folder": "ledger", "currency": "eur", "date_order": "dmy", "decimal": "comma", "full": "on"}
    assert browser.post(place + "add/", asked | {"folder": "../x"}).status_code == 200
    page = browser.post(place + "add/", asked, follow=True).content.decode()
    source = SyncSource.objects.get()
    assert (source.layout["currency"], source.layout["date_order"], source.layout["full"]) == ("EUR", "dmy", True)
    assert "No file came from here yet" in page and (folder_of(business, "ledger") / DONE).is_dir()
    browser.post(f"{place}{source.pk}/change/", asked | {"profile": "xero"})
    source.refresh_from_db()
    assert source.layout["profile"] == "xero"
    browser.post(f"{place}{source.pk}/switch/", {"active": "no"})
    assert "Switched off" in read(browser, business, "sync-list")
    browser.post(f"{place}{source.pk}/remove/")
    assert not SyncSource.objects.exists()
    assert make_folder(business, "ledger").is_dir()


def test_the_page_tells_what_came_and_what_was_refused(source, business, books):
    drop(source, "part.csv", HEAD + ROW + ROW.replace("INV-1", "INV-2").replace("100.00", "much"))
    drop(source, "notes.txt", "?")
    run_source(source, now())
    page = read(books, business, "sync-detail", source.pk)
    assert "part.csv" in page and "Line 3" in page and "Refused." in page
    assert "Reminder policies" not in page, "a bookkeeper is offered no door that is shut"
    task = Task.objects.get(subject=f"syncsource:{source.pk}")
    assert "See the folder" in read(books, business, "task-detail", task.pk)
