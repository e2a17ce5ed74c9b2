"""Settings > Calls: a business words its own reasons and scripts, and the next call says so."""

import pytest
from django.http import HttpResponse

from customers.call_texts import call_text_of, reasons_of, scripts_of
from customers.models import CallText, Event
from tests import make
from tests.pages import address, read, words

pytestmark = pytest.mark.usefixtures("in_march")


@pytest.fixture
def boss(client_of, owner):
    """The owner's browser."""
    return client_of(owner)


def form_of(business, code: str, **changes: str) -> dict[str, str]:
    """The words of today as the form shows them, with `changes`."""
    values = call_text_of(business, code)
    sent = {name: "\n".join(part) if isinstance(part, list) else str(part) for name, part in values.items()}
    sent = {name: "on" if text == "True" else text for name, text in sent.items() if text != "False"}
    return {name: text for name, text in (sent | changes).items() if text != "unticked"}


def save(boss, business, code: str, **changes: str) -> HttpResponse:
    return boss.post(address(business, "calltext-edit", code), form_of(business, code, **changes))


@pytest.mark.proves("P06")
def test_an_own_question_is_asked_in_the_next_call(boss, books, business, acme):
    assert save(boss, business, "R04", questions="Which Friday?\n\nIs it signed?", max_uses="2").status_code == 302
    make.invoice(acme)
    fragment = books.get(address(business, "call-reason", acme.pk), {"reason": "R04"}).content.decode()
    assert "Which Friday?" in fragment
    assert "What date is it" not in fragment
    assert reasons_of(business)["R04"].max_uses == 2


def test_an_own_script_is_said_in_the_next_call(boss, books, business, acme):
    assert save(boss, business, "COURTESY", open="Hello from {{ company }}: did all arrive?").status_code == 302
    task = make.task(acme, "courtesy_call")
    assert f"Hello from {business.name}: did all arrive?" in read(books, business, "call-log", task.pk)


def test_a_reason_not_offered_is_no_choice(boss, books, business, acme):
    save(boss, business, "R12", active="unticked")
    make.invoice(acme)
    page = read(books, business, "customer-call", acme.pk)
    assert "They set it off" not in page
    assert "The payment is on its way" in page
    assert "not offered" in read(boss, business, "calltext-list")


def test_another_business_keeps_its_words(boss, business):
    save(boss, business, "R04", label="On Friday")
    assert reasons_of(make.business("Elsewhere Ltd"))["R04"].label == "It is in the next payment run"


def test_versions_are_kept_and_counted_again(boss, business):
    for label in ("First", "Second"):
        save(boss, business, "R04", label=label)
    first = CallText.objects.get(version=1)
    assert "Version 2 counts now" in read(boss, business, "calltext-history", "R04")
    assert "First" in read(boss, business, "calltext-version", first.pk)
    boss.post(address(business, "calltext-version", first.pk))
    assert (CallText.objects.get(current=True).version, reasons_of(business)["R04"].label) == (3, "First")


def test_back_to_the_words_that_came(boss, business):
    save(boss, business, "60", close="Bye.")
    assert scripts_of(business)["60"]["close"] == "Bye."
    boss.post(address(business, "calltext-reset", "60"))
    assert scripts_of(business)["60"]["close"].startswith("I confirm in writing")
    assert list(Event.objects.filter(kind__startswith="calltext").order_by("pk").values_list("kind", flat=True)) == [
        "calltext.saved",
        "calltext.reset",
    ]


@pytest.mark.parametrize(
    ("code", "changes", "problem"),
    [
        ("R04", {"label": ""}, "This field is required."),
        ("R04", {"questions": "\n".join("abcdefghi")}, "No more than 8"),
        ("R04", {"follow_up": "soon"}, "Enter a whole number."),
        ("R04", {"max_uses": "-1"}, "greater than or equal to 0"),
        ("R04", {"tone": "LOUD"}, "Select a valid choice."),
        ("R20", {"active": "unticked"}, "“No reason given” stays"),
        ("60", {"open": "I call about {{ debt }}."}, "There is no field “debt”."),
        ("60", {"open": "I call about {{ sum }."}, "Line 1"),
    ],
)
def test_what_cannot_be_said_is_refused_beside_the_field(boss, business, code, changes, problem):
    answer = save(boss, business, code, **changes)
    assert answer.status_code == 422
    assert problem in words_of(answer)
    assert not CallText.objects.exists()


@pytest.mark.proves("P18")
@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("Please call about {{ sum }}.", "There is no field “sum”."),
        ("Please call about your invoice.", "leave out “invoice”"),
        ("Please call about your overdue account.", "leave out “account”"),
        ("Please call, you owe us $20.", "leave out “owe”"),
        ("This is urgent.", "leave out “urgent”"),
    ],
)
def test_a_machine_is_told_nothing_of_it(boss, business, said, problem):
    assert problem in words_of(save(boss, business, "FRAME", voicemail=said))


def words_of(answer: HttpResponse) -> str:
    answer.status_code = 200
    return words(answer)


def test_a_code_there_is_not(boss, business):
    assert boss.get(address(business, "calltext-edit", "R99")).status_code == 404


def test_a_bookkeeper_changes_no_words(books, business):
    assert save(books, business, "R04", label="On Friday").status_code == 403
    assert not CallText.objects.exists()
