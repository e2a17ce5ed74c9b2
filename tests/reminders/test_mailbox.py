"""Replies and bounces read from a real IMAP server, each once."""

import datetime
import json
import shutil
import tempfile
from email import message_from_bytes
from io import StringIO
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from imap_tools import MailBoxUnencrypted

from customers.models import Contact, Conversation, Event, ReceivedMail, Task
from reminders import mailbox
from reminders.delivery import deliver
from reminders.heartbeat import claim_mailbox, mailbox_pulse
from reminders.mailbox import MailboxError, fetch_mail, problem_with
from reminders.models import Heartbeat, Reminder
from reminders.nightly import escalate
from reminders.smtp import MailServer
from reminders.tasks import read_mailbox
from reminders.timeline import of_customer
from tests import make
from tests.make import day
from tests.reminders import dovecot, mail_samples
from tests.reminders.test_smtp import inbox  # noqa: F401

MONDAY = day("2026-02-16")
NOON = datetime.datetime(2026, 2, 16, 12, 0, tzinfo=datetime.UTC)

needs_dovecot = pytest.mark.skipif(bool(dovecot.why_not()), reason=dovecot.why_not())


@pytest.fixture(scope="module")
def port():
    """A server for all these tests; its folder lies where dovecot's own user may go."""
    folder = Path(tempfile.mkdtemp(prefix="dovecot"))
    folder.chmod(0o755)
    with dovecot.running(folder) as number:
        yield number
    shutil.rmtree(folder)


@pytest.fixture
def server(settings, port, request):
    """A mailbox with nothing in it, named after the test."""
    settings.MAILBOX_URL = f"imap://{request.node.name[:60]}:{quote(dovecot.PASSWORD)}@127.0.0.1:{port}/INBOX"
    return settings.MAILBOX_URL


@pytest.fixture
def letterbox(server, port):
    """The mailbox as a person's mail program sees it."""
    with MailBoxUnencrypted("127.0.0.1", port).login(urlsplit(server).username, dovecot.PASSWORD) as box:
        yield box


@pytest.fixture
def acme_noticed(business, acme):
    make.contact(acme)
    make.invoice(acme, "INV-1")
    escalate(business, MONDAY)
    return acme


def fetched():
    output = StringIO()
    call_command("fetch_mail", "--format", "json", stdout=output)
    return json.loads(output.getvalue())


@needs_dovecot
@pytest.mark.proves("T43")
def test_a_letter_sent_comes_back_and_is_answered(business, acme_noticed, inbox, letterbox):  # noqa: F811
    assert deliver(business, MailServer(), today=MONDAY, now=NOON).sent == 1
    sent = message_from_bytes(inbox.mails[0])["Message-ID"]
    letterbox.append(mail_samples.POSTFIX.replace(mail_samples.OURS.encode(), sent.encode()))
    letterbox.append(mail_samples.reply("We moved.", In_Reply_To=sent, sender="boss@acme.example"))
    assert fetched() == {"taken": 2, "known": 0, "ignored": 0, "nobody": 0, "failed": []}
    assert Contact.objects.get().bounced_on is not None
    assert Reminder.objects.get().completed_on is None
    assert sorted(Task.objects.filter(state="open").values_list("kind", flat=True)) == ["answer_mail", "find_contact"]
    assert {"E-mail received", "Mail came back: Friendly notice did not arrive"} <= {
        e.words for e in of_customer(acme_noticed)[0]
    }
    events = Event.objects.count()
    assert fetched()["taken"] == 0
    assert (Event.objects.count(), Conversation.objects.count()) == (events, 1)


@needs_dovecot
@pytest.mark.proves("T07")
def test_what_is_stored_is_marked_what_is_not_is_fetched_again(acme_noticed, letterbox, monkeypatch, caplog):
    letterbox.append(mail_samples.reply("First."))
    letterbox.append(mail_samples.reply("Second.", Message_ID="<reply-2@acme.example>"))
    take = mailbox.receive

    def database_away(inbound, *, now):
        if inbound.content.text == "First.":
            raise RuntimeError("the database is away")
        return take(inbound, now=now)

    monkeypatch.setattr(mailbox, "receive", database_away)
    assert (first := fetched())["taken"] == 1 and "the database is away" in first["failed"][0]
    assert [message.flags for message in letterbox.fetch(mark_seen=False)][1] >= ("\\Seen",)
    monkeypatch.undo()
    assert fetched() == {"taken": 1, "known": 0, "ignored": 0, "nobody": 0, "failed": []}
    assert set(Conversation.objects.values_list("notes", flat=True)) == {"First.", "Second."}


@needs_dovecot
def test_a_crash_before_the_mark_changes_nothing(acme_noticed, letterbox):
    letterbox.append(mail_samples.reply())
    assert fetched()["taken"] == 1
    (uid,) = letterbox.uids()
    letterbox.client.uid("STORE", uid, "-FLAGS", f"({mailbox.MARK})")
    assert fetched()["known"] == 1
    assert ReceivedMail.objects.count() == 1


@needs_dovecot
def test_known_messages_of_a_server_that_keeps_no_marks_hide_no_new_one(acme_noticed, letterbox, monkeypatch):
    monkeypatch.setattr(mailbox, "AT_ONCE", 1)
    letterbox.append(mail_samples.reply())
    assert fetched()["taken"] == 1
    (uid,) = letterbox.uids()
    letterbox.client.uid("STORE", uid, "-FLAGS", f"({mailbox.MARK})")
    letterbox.append(mail_samples.reply("Second.", Message_ID="<second@acme.example>"))
    assert fetched()["taken"] == 1


@needs_dovecot
def test_what_a_person_deleted_in_their_program_is_left_for_them_to_expunge(acme_noticed, letterbox):
    letterbox.append(mail_samples.reply(), flag_set=["\\Deleted"])
    fetched()
    assert len(letterbox.uids()) == 1


@needs_dovecot
def test_of_a_huge_message_only_the_beginning_is_loaded(acme_noticed, letterbox, monkeypatch):
    monkeypatch.setattr(mailbox, "WHOLE_UP_TO", 20_000)
    letterbox.append(mail_samples.reply("Paid.\n" + "x" * 70 + "\n" * 30_000))
    fetched()
    assert Conversation.objects.get().notes.startswith("Paid.")


@needs_dovecot
def test_a_mail_for_nobody_stays_unread_and_is_not_asked_for_again(business, outsider, letterbox):
    letterbox.append(mail_samples.reply(In_Reply_To="", sender="who@knows.example"))
    assert fetched()["nobody"] == 1
    (message,) = letterbox.fetch(mark_seen=False)
    assert "\\Seen" not in message.flags
    assert fetched()["nobody"] == 0


@needs_dovecot
def test_the_wrong_password_is_a_reason_not_a_crash(db, server):
    with pytest.raises(MailboxError, match="127.0.0.1") as caught:
        fetch_mail(server.replace("sesame", "barley"), now=NOON)
    assert "barley" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("", ""),
        ("imap+ssl://me%40acme.example:secret@imap.acme.example:993/INBOX", ""),
        ("pop3://me:secret@host", "must begin with"),
        ("imap://host", "must name a user and a host"),
    ],
)
def test_an_address_is_checked_before_it_is_used(url, problem):
    assert problem in problem_with(url) if problem else problem_with(url) == ""


def test_without_a_mailbox_the_command_says_so(db, settings):
    settings.MAILBOX_URL = ""
    with pytest.raises(CommandError, match="MAILBOX_URL"):
        call_command("fetch_mail")


def test_a_mailbox_that_is_away_is_told_and_stops_nothing(db, settings, caplog):
    settings.MAILBOX_URL = "imap://me:secret@127.0.0.1:1/INBOX"
    read_mailbox(NOON)
    assert "could not be read" in caplog.text and "secret" not in caplog.text
    assert not mailbox_pulse(NOON).alive


def test_one_of_several_clusters_reads_it_every_two_minutes(db):
    assert claim_mailbox(NOON) and not claim_mailbox(NOON)
    assert not claim_mailbox(NOON + datetime.timedelta(seconds=119))
    assert claim_mailbox(NOON + datetime.timedelta(seconds=120))


def test_the_mailbox_s_pulse_is_that_of_its_last_reading(db, settings):
    settings.MAILBOX_URL = ""
    assert mailbox_pulse(NOON) is None
    settings.MAILBOX_URL = "imap://me@host"
    Heartbeat.objects.create(name="mailbox", beat_at=NOON)
    assert mailbox_pulse(NOON + datetime.timedelta(minutes=14)).alive
    assert not mailbox_pulse(NOON + datetime.timedelta(minutes=15)).alive


def test_the_dashboard_says_since_when_the_mailbox_is_not_read(books, business, settings):
    settings.MAILBOX_URL = "imap://me@host"
    assert "could not be read yet" in books.get(f"/b/{business.slug}/").text
    Heartbeat.objects.create(name="mailbox", beat_at=timezone.now() - datetime.timedelta(hours=3))
    assert "could not be read for 3" in books.get(f"/b/{business.slug}/").text
