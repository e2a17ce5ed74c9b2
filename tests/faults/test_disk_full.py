"""The disk is full: nothing is half-written, and once there is room everything is done once."""

import datetime
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import OperationalError, connection

from customers.models import Letter
from reminders.delivery import deliver
from reminders.folder import Folder
from reminders.models import Reminder, ReminderLine
from reminders.nightly import escalate
from reminders.verifying import verify
from tests import make
from tests.make import day

pytestmark = [pytest.mark.faults, pytest.mark.proves("T08")]
CUSTOMERS = 60
MONDAY = day("2026-03-16")
NOON = datetime.datetime(2026, 3, 16, 12, tzinfo=datetime.UTC)


def late_customers(business, count: int) -> None:
    for number in range(count):
        make.invoice(make.customer(business, f"Customer {number}", street="Hafen 1", city="Kiel"))


@pytest.mark.django_db(transaction=True)
def test_a_database_without_room_stores_all_of_a_batch_or_nothing(business):
    if connection.vendor != "sqlite":
        pytest.skip("max_page_count is SQLite's")
    late_customers(business, CUSTOMERS)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages + 2}")
        try:
            failed = len(escalate(business, MONDAY).failed)
        except OperationalError:
            failed = CUSTOMERS
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert failed > 0
    assert Reminder.objects.count() == Letter.objects.count() == ReminderLine.objects.count() == CUSTOMERS - failed
    escalate(business, MONDAY)
    assert Reminder.objects.count() == Letter.objects.count() == ReminderLine.objects.count() == CUSTOMERS
    assert not verify(business).differences


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few pages."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system takes root")
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", tmp_path], capture_output=True, check=False)
    if mount.returncode:
        pytest.skip("no file system may be mounted here")
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


def test_a_folder_without_room_keeps_the_letter_approved(business, small_disk):
    """No half of a PDF lies in the folder, where somebody might post it; with room again it goes out, once."""
    late_customers(business, 1)
    escalate(business, MONDAY)
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as full, pytest.raises(OSError, match="No space left"):
        while full.write(bytes(1024)):
            pass
    delivered = deliver(business, Folder(small_disk), today=MONDAY, now=NOON, approve_all=True)
    assert delivered.sent == 0
    assert "No space left" in delivered.skipped[0]["reason"]
    assert list(small_disk.iterdir()) == [filler]
    filler.unlink()
    later = NOON + datetime.timedelta(hours=1)
    assert deliver(business, Folder(small_disk), today=MONDAY, now=later, approve_all=True).sent == 1
    assert [path.suffix for path in small_disk.iterdir()] == [".pdf"]
