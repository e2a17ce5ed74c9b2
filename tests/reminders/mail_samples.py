"""Mails as servers and people send them, in the shape of the real ones, every name made up."""

from email.message import EmailMessage

OURS = "<letter-1@hollis.example>"


def reply(text: str = "We pay on Friday.", *, html: str = "", sender: str = "Ann <ap@acme.example>", **headers: str) -> bytes:
    """A reply to `OURS`; headers by name with _ for -, "" leaves one out."""
    mail = EmailMessage()
    fields = {
        "From": sender,
        "To": "Hollis Tools <billing@hollis.example>",
        "Subject": "Re: Your account with Hollis Tools",
        "Date": "Mon, 16 Feb 2026 10:00:00 +0100",
        "Message-ID": "<reply-1@acme.example>",
        "In-Reply-To": OURS,
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in fields.items():
        if value:
            mail[name] = value
    mail.set_content(html or text, subtype="html" if html else "plain")
    return mail.as_bytes()


def report(*fields: str, original: str = OURS, sender: str = "MAILER-DAEMON@mx.hollis.example", said: str = "Sorry.") -> bytes:
    """A delivery report (RFC 3464) about `original` with these per-recipient fields."""
    status = "\n".join(fields)
    return f"""\
Return-Path: <>
From: Mail Delivery System <{sender}>
To: billing@hollis.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Date: Mon, 16 Feb 2026 10:00:00 +0000
Message-ID: <report-1@mx.hollis.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain; charset=us-ascii

{said}

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.hollis.example

{status}

--b1
Content-Type: text/rfc822-headers

From: billing@hollis.example
Message-ID: {original}
Subject: Your account

--b1--
""".encode()


POSTFIX = report(
    "Final-Recipient: rfc822; ap@acme.example",
    "Original-Recipient: rfc822;ap@acme.example",
    "Action: failed",
    "Status: 5.1.1",
    "Remote-MTA: dns; mx.acme.example",
    "Diagnostic-Code: smtp; 550 5.1.1 <ap@acme.example>: Recipient address",
    "    rejected: User unknown in virtual mailbox table",
)
EXCHANGE = report(
    "Final-recipient: RFC822; ap@acme.example",
    "Action: failed",
    "Status: 5.1.10",
    "X-Supplementary-Info: < #5.1.10 smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound>",
    sender="postmaster@acme.example",
)
GMAIL = report(
    "Final-Recipient: rfc822; ap@acme.example",
    "Action: failed",
    "Status: 5.2.1",
    "Diagnostic-Code: smtp; 550-5.2.1 The email account that you tried to reach is disabled.",
    "Last-Attempt-Date: Mon, 16 Feb 2026 02:00:00 -0800 (PST)",
    sender="mailer-daemon@googlemail.com",
)
GAVE_UP = report("Final-Recipient: rfc822; ap@acme.example", "Action: failed", "Status: 4.4.7")
DELAYED = report("Final-Recipient: rfc822; ap@acme.example", "Action: delayed", "Status: 4.4.1")
DELIVERED = report("Final-Recipient: rfc822; ap@acme.example", "Action: delivered", "Status: 2.0.0")

QMAIL = f"""\
Return-Path: <>
From: MAILER-DAEMON@mail.acme.example
To: billing@hollis.example
Subject: failure notice
Date: Mon, 16 Feb 2026 10:00:00 +0000

Hi. This is the qmail-send program at mail.acme.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<ap@acme.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <billing@hollis.example>
Message-ID: {OURS}
From: billing@hollis.example
Subject: Your account
""".encode()

OUTLOOK_HTML = """\
<html><head><style>p {color: red}</style></head><body><![if !mso]><p>Hello,</p><p>we do not know
<b>this</b> invoice.</p><script>steal()</script><img src="https://tracker.example/p.gif">
<div><p>From: Hollis Tools &lt;billing@hollis.example&gt;<br>Sent: Monday, 16 February 2026<br>To: Ann<br>
Subject: Your account</p><p>Dear Ann, please pay.</p></div></body></html>"""

GMAIL_HTML = """\
<div dir="ltr">Paid today.</div><br><div class="gmail_quote"><div class="gmail_attr">On Mon, 16 Feb 2026 at 10:00,
Hollis Tools &lt;<a href="mailto:b@h.example">b@h.example</a>&gt; wrote:<br></div>
<blockquote><div>Dear Ann</div></blockquote></div>"""
