"""What a message from the mailbox is: a reply, a bounce, an automatic answer, or our own."""

import pytest

from reminders.inbound import Automatic, Bounce, Reply, Unknown, read
from tests.reminders import mail_samples as samples
from tests.reminders.mail_samples import OURS, reply


@pytest.mark.proves("T43")
@pytest.mark.parametrize(
    ("raw", "final", "reason"),
    [
        (samples.POSTFIX, True, "550 5.1.1 <ap@acme.example>: Recipient address rejected: User unknown"),
        (samples.EXCHANGE, True, "5.1.10"),
        (samples.GMAIL, True, "550-5.2.1 The email account that you tried to reach is disabled."),
        (samples.GAVE_UP, True, "4.4.7"),
        (samples.DELAYED, False, "4.4.1"),
        (samples.QMAIL, True, "Hi. This is the qmail-send program"),
    ],
    ids=["postfix", "exchange", "gmail", "gave-up", "delayed", "qmail"],
)
def test_a_bounce_names_the_address_the_letter_and_the_reason(raw, final, reason):
    inbound = read(raw)
    assert isinstance(inbound.content, Bounce)
    assert (inbound.content.recipients, inbound.content.final) == (("ap@acme.example",), final)
    assert inbound.content.reason.startswith(reason)
    assert inbound.references == (OURS,)


@pytest.mark.parametrize(
    ("text", "new", "quoted"),
    [
        ("We pay on Friday.", "We pay on Friday.", ""),
        (
            "Paid today.\n\nAnn\n\nOn Mon, Feb 16, 2026 at 10:00 AM Hollis Tools\n<b@h.example> wrote:\n\n> Dear Ann\n> pay",
            "Paid today.\n\nAnn",
            "On Mon, Feb 16, 2026 at 10:00 AM Hollis Tools\n<b@h.example> wrote:\n\n> Dear Ann\n> pay",
        ),
        (
            "Wir zahlen am Freitag.\n\nGrüße\nJana\n\nAm Mo., 16. Feb. 2026 um 10:00 schrieb Hollis:\n> Guten Tag",
            "Wir zahlen am Freitag.\n\nGrüße\nJana",
            "Am Mo., 16. Feb. 2026 um 10:00 schrieb Hollis:\n> Guten Tag",
        ),
        (
            "Pagamos mañana.\n\nEl lun, 16 feb 2026 a las 10:00, Hollis (<b@h.example>) escribió:\n> Hola",
            "Pagamos mañana.",
            "El lun, 16 feb 2026 a las 10:00, Hollis (<b@h.example>) escribió:\n> Hola",
        ),
        (
            "Bitte Kopie.\n\n-----Ursprüngliche Nachricht-----\nVon: Hollis\nGesendet: Montag\nBetreff: Konto\n\nGuten Tag",
            "Bitte Kopie.",
            "-----Ursprüngliche Nachricht-----\nVon: Hollis\nGesendet: Montag\nBetreff: Konto\n\nGuten Tag",
        ),
        (
            "Le paiement est parti.\n\nDe : Hollis\nEnvoyé : lundi\nÀ : Ann\nObjet : Compte\n\nBonjour",
            "Le paiement est parti.",
            "De : Hollis\nEnvoyé : lundi\nÀ : Ann\nObjet : Compte\n\nBonjour",
        ),
        ("> When?\n\nFriday.\n\n> How much?\n\nAll of it.", "Friday.\n\nAll of it.", "> When?\n> How much?"),
        ("Note:\n10 pieces at 4.00:\nwrong price", "Note:\n10 pieces at 4.00:\nwrong price", ""),
    ],
    ids=["bare", "en", "de", "es", "de-outlook", "fr-outlook", "in-between", "colons"],
)
def test_a_reply_apart_from_what_it_quotes(text, new, quoted):
    assert read(reply(text)).content == Reply(new, quoted)


@pytest.mark.parametrize("line", ["On ", "From: ", "> ", "<div>", "wrote: ", "Am 1 schrieb "])
def test_a_text_made_to_hold_us_up_does_not(line):
    assert isinstance(read(reply(line * 20_000)).content, Reply)
    assert isinstance(read(reply(html=f"<p>{line * 20_000}")).content, Reply)


def test_html_is_read_without_its_scripts_and_pictures():
    outlook = read(reply(html=samples.OUTLOOK_HTML)).content
    assert outlook.text == "Hello,\n\nwe do not know this invoice."
    assert outlook.quoted.startswith("From: Hollis Tools <billing@hollis.example>\nSent:")
    assert "steal" not in outlook.quoted + outlook.text
    gmail = read(reply(html=samples.GMAIL_HTML)).content
    assert gmail.text == "Paid today."
    assert gmail.quoted.endswith("> Dear Ann")


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"X_Autoreply": "yes"},
        {"Precedence": "auto_reply"},
        {"List_Id": "<news.acme.example>"},
        {"Subject": "Automatische Antwort: Ihr Konto"},
        {"Subject": "=?utf-8?q?Respuesta_autom=C3=A1tica=3A_Su_cuenta?="},
        {"Subject": "Out of Office: Your account"},
    ],
    ids=lambda headers: "-".join(headers),
)
def test_what_a_machine_answers_waits_for_nobody(headers):
    assert read(reply("I am away.", **headers)).content == Automatic("I am away.")


def test_a_receipt_is_no_bounce():
    assert read(samples.DELIVERED).content == Automatic()


def test_a_person_may_say_so_in_a_header():
    assert isinstance(read(reply(Auto_Submitted="no")).content, Reply)


def test_our_own_mail_is_no_reply():
    ours = frozenset({"billing@hollis.example"})
    assert read(reply(sender="Hollis <Billing@Hollis.example>"), ours=ours).content == Unknown("our own mail")


@pytest.mark.proves("T07")
@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Content-Type: text/plain; charset=x-klingon\n\nGr\xc3\xbc\xc3\x9fe", "Grüße"),
        (b"Content-Type: text/plain; charset=utf-8\n\nGr\xfc\xdfe", "Grüße"),
        (b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n!!not base64!!", None),
        (b"Content-Type: multipart/mixed; boundary=never\n\nPaid.", None),
        (b"Subject: =?utf-8?b?////?= \xff\xfe\nFrom: =?x?q?a\n\nPaid.\x00", "Paid."),
        (b"", ""),
        (b"\xff\xfe\x00", None),
        (b"Content-Type: message/delivery-status\n\nnothing", None),
    ],
)
def test_a_broken_message_is_read_as_far_as_it_goes(raw, text):
    content = read(raw).content
    assert text is None or content == Reply(text)


def test_without_an_id_the_bytes_are_the_id():
    first, second = read(reply(Message_ID="")), read(reply("Other.", Message_ID=""))
    assert first.message_id.startswith("sha256:") and first.message_id != second.message_id
    assert first.message_id == read(reply(Message_ID="")).message_id


def test_the_message_answered_comes_before_its_thread():
    inbound = read(reply(References=f"<first@x> <second@x> {OURS}"))
    assert inbound.references == (OURS, "<second@x>", "<first@x>")


def test_files_are_named_logos_are_not():
    raw = b"""Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

See attached.
--b
Content-Type: application/pdf
Content-Disposition: attachment; filename="proof.pdf"

x
--b
Content-Type: image/png
Content-Disposition: inline; filename="logo.png"

x
--b--
"""
    assert read(raw).content == Reply("See attached.", "", ("proof.pdf",))
