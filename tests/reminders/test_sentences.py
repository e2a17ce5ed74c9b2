"""The one log in words: every kind has its sentence, ids become numbers and names, nobody's text is in the log."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

from customers.models import Contact, Event, Letter, Task
from invoices.models import Dispute, Invoice, Payment
from reminders.sentence_words import DOZENS, ICONS, SENTENCES
from reminders.sentences import detail, sentence, several

INVOICE = Invoice(pk=7, number="INV-7", currency="EUR")
ROWS = {
    ("invoice", 7): INVOICE,
    ("payment", 3): Payment(pk=3, currency="EUR"),
    ("letter", 5): Letter(pk=5, code="L30", sent_to="ap@acme.example"),
    ("task", 6): Task(pk=6, kind="call_60", outcome="They will pay."),
    ("contact", 2): Contact(pk=2, name="Jane"),
    ("dispute", 4): Dispute(pk=4, invoice=INVOICE, summary="Too dear."),
}


def said(kind: str, subject: str, **data: object) -> str:
    return sentence(Event(kind=kind, subject=subject, data=data), ROWS)


@pytest.mark.parametrize(
    ("kind", "subject", "data", "words"),
    [
        ("payment.booked", "payment:3", {"amount": "50.00", "split": [["7", "50.00"]]}, "€50.00 received, booked on INV-7"),
        ("payment.booked", "payment:3", {"amount": "50.00", "split": []}, "€50.00 received, booked on no invoice yet"),
        ("dispute.opened", "dispute:4", {"code": "PRICE", "amount": "9.50"}, "€9.50 of invoice INV-7 in dispute: Price"),
        ("dispute.resolved", "dispute:4", {"outcome": "upheld"}, "Query about invoice INV-7 closed: The customer was right"),
        ("letter.sent", "letter:5", {}, "30-day letter sent"),
        ("task.snoozed", "task:6", {"until": "2026-03-05"}, "Put off until Mar 5, 2026: Listening call"),
        ("contact.edited", "customer:1", {"contact": 2, "fields": ["email"]}, "Contact Jane changed: e-mail"),
        ("customer.flags_changed", "customer:1", {"changes": {"no_reminders": [False, True]}}, "No reminders: on."),
        (
            "step.fired",
            "reminder:1",
            {"step": "60", "total": "70.00", "currency": "USD"},
            "Step “60 days” reached: $70.00 asked for",
        ),
        (
            "step.fired",
            "reminder:1",
            {"step": "COURTESY", "total": "70.00", "currency": "USD"},
            "Time for the courtesy call: $70.00 falls due",
        ),
        ("call.logged", "conversation:1", {"outcome": "NO_ANSWER"}, "Call: No answer"),
        (
            "score.queries_changed",
            "customer:1",
            {"before": "DISPUTER", "segment": "DISPUTER", "sub_type": "TACTICAL"},
            "Why they raise queries, as it is counted now: Mostly to gain time",
        ),
        ("score.queries_changed", "customer:1", {"sub_type": ""}, "Why they raise queries, as it is counted now: Not known"),
        ("invoice.changed", "invoice:7", {"changes": {"due_on": "2026-01-01"}}, "Invoice INV-7 changed by a file"),
    ],
)
def test_what_happened_in_words(kind, subject, data, words):
    assert said(kind, subject, **data) == words


def test_people_s_own_words_come_from_their_rows():
    assert detail(Event(kind="letter.sent", subject="letter:5"), ROWS) == ("ap@acme.example",)
    assert detail(Event(kind="task.done", subject="task:6"), ROWS) == ("They will pay.",)
    assert detail(Event(kind="dispute.opened", subject="dispute:4"), ROWS) == ("Too dear.",)


def test_an_outcome_the_program_wrote_is_put_into_words():
    rows = {("task", 6): Task(pk=6, kind="call_60", outcome="NO_CONTACT")}
    assert detail(Event(kind="task.done", subject="task:6"), rows) == ("Nobody could be reached",)


def test_a_row_that_is_gone_leaves_a_sentence():
    assert said("letter.sent", "letter:99") == " sent"
    assert said("promise.made", "promise:99", amount="5.00", due_on="2026-03-01") == "Promised 5.00 by Mar 1, 2026"


def test_an_unknown_kind_is_named_as_it_is():
    assert said("planet.found", "planet:1") == "Planet: found"


def test_by_the_dozen():
    assert several("invoice.imported", 40) == "40 invoices came in with a file"
    assert DOZENS.keys() <= SENTENCES.keys()


def test_every_sentence_stands_without_its_data():
    assert all(said(kind, "nothing", changes={}) or kind == "customer.flags_changed" for kind in SENTENCES)


@pytest.mark.parametrize("name", sorted(set(ICONS.values())))
def test_every_icon_exists(name):
    assert (settings.NODE_MODULES / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg").exists()


def kinds_written() -> set[str]:
    """Every literal in the apps that looks like an event's kind of a customer's row: "letter.sent"."""
    areas = {kind.split(".")[0] for kind in SENTENCES}
    found = set()
    for app in ("customers", "invoices", "reminders"):
        for path in Path(settings.BASE_DIR, app).rglob("*.py"):
            literals = (node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant))
            found |= {text for text in literals if isinstance(text, str) and text.count(".") == 1 and text.split(".")[0] in areas}
    return {
        kind for kind in found if kind.split(".")[1].replace("_", "").isalpha() and not kind.endswith((".css", ".html", ".txt"))
    }


def test_no_event_is_without_its_sentence():
    assert kinds_written() - SENTENCES.keys() == set()
