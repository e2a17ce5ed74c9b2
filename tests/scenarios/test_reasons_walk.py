"""Twenty customers, each reached in the 60-day call with another reason, and 120 days in which every letter goes out the day
it is written, and nobody pays or is called again.

Every invoice is of 1,000.00, issued 15 January 2026 and due 14 February, weekends only (domain.md 3.3, 3.4, 4.1).
"""

import datetime
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from arcollect.dates import Calendar
from customers.models import Business, Customer, Letter, Task, User
from customers.reasons import shipped_reasons
from invoices.models import Invoice
from reminders.call_notes import CallbackNote, CallNotes, ContactNote, PlanNote, PromiseNote, QueryNote
from reminders.calling import log_call
from reminders.delivery import deliver
from reminders.folder import Folder
from reminders.nightly import escalate
from tests import make
from tests.make import day

CALLED_ON = day("2026-04-15")
WALKED = 120
CALENDAR = Calendar()

# What comes onto the desk, and which letters go out, day by day, after the call itself.
# A promise is broken two business days after its day; the next step is then due at once, but 14 days after the last one.
# What is wholly in query, or stopped by a flag, stays where it is. Two steps without an answer ask for the right contact.
FOLLOWS = {
    "R01": "04-15 LCALL verify_claim; 04-20 promise_due; 04-23 LBP broken_promise; 04-29 call_90; 05-13 decide",
    "R02": "04-15 LCALL dispute verify_claim",
    "R03": "04-15 LCALL verify_claim; 04-22 promise_due; 04-27 LBP broken_promise; 04-29 call_90; 05-13 decide",
    "R04": "04-15 LCALL; 04-24 promise_due; 04-29 LBP broken_promise call_90; 05-13 decide",
    "R05": "04-15 LCALL verify_claim; 04-20 promise_due; 04-23 LBP broken_promise; 04-29 call_90; 05-13 decide",
    "R06": "04-15 match_cash verify_claim; 04-16 callback; 04-21 L60; 05-15 call_90 find_contact; 05-29 decide",
    "R07": "04-15 L60 verify_claim; 04-24 callback; 05-15 call_90; 05-29 decide",
    "R08": "04-15 LCALL; 04-17 promise_due; 04-22 LBP broken_promise; 04-29 call_90; 05-13 decide",
    "R09": "04-15 L60 dispute verify_claim; 05-15 call_90; 05-29 decide",
    "R10": "04-15 L60 dispute verify_claim; 05-15 call_90; 05-29 decide",
    "R11": "04-15 dispute verify_claim",
    "R12": "04-15 L60 dispute verify_claim; 05-15 call_90; 05-29 decide",
    "R13": "04-15 LCALL plan_proposal verify_claim warning; 04-23 callback; 05-15 call_90; 05-29 decide",
    "R14": "04-15 L60 warning; 05-07 callback; 05-08 promise_due; 05-13 LBP broken_promise call_90; 05-27 decide",
    "R15": "04-15 L60 verify_claim warning; 05-15 call_90; 05-29 decide",
    "R16": "04-15 L60 verify_claim; 04-20 callback; 05-15 call_90; 05-29 decide",
    "R17": "04-15 warning; 04-29 callback; 04-30 call_60; 05-15 call_90 find_contact; 05-29 decide",
    "R18": "04-15 verify_claim warning",
    "R19": "04-15 L60 decide verify_claim; 05-15 call_90; 05-29 decide",
    "R20": "04-15 L60; 04-20 callback; 05-15 call_90; 05-29 decide",
}


def noon(today: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(today, datetime.time(12), datetime.UTC)


def promise(amount: int, due: str) -> dict[str, Any]:
    return {"promises": (PromiseNote("USD", Decimal(amount), day(due)),)}


def query(invoice: Invoice, code: str, amount: int) -> dict[str, Any]:
    return {"queries": (QueryNote(invoice, code, Decimal(amount), "As they say."),)}


def said(code: str, invoice: Invoice) -> dict[str, Any]:
    """What the bookkeeper notes besides the reason itself."""
    halves = ((day("2026-04-22"), Decimal(500)), (day("2026-05-22"), Decimal(500)))
    return {
        "R01": promise(1000, "2026-04-20"),
        "R02": query(invoice, "PO_MISSING", 1000),
        "R03": promise(1000, "2026-04-22"),
        "R04": promise(1000, "2026-04-24") | {"named_on": day("2026-04-23"), "pay_run": "every other Thursday"},
        "R05": promise(1000, "2026-04-20"),
        "R07": {"named_on": day("2026-04-24"), "callback": CallbackNote(day("2026-04-24"), datetime.time(10), consent=True)},
        "R08": promise(1000, "2026-04-17"),
        "R09": query(invoice, "QUALITY", 400),
        "R10": query(invoice, "PRICE", 150),
        "R12": query(invoice, "OFFSET", 300),
        "R13": {"plan": PlanNote("USD", halves)},
        "R14": promise(300, "2026-05-08") | {"named_on": day("2026-05-08")},
        "R16": {"put_right": ContactNote(name="Ann Lee", email="ann@acme.example")},
        "R17": {"pause_until": day("2026-04-29")},
        "R18": {"insolvent": True},
    }.get(code, {})


def call(customer: Customer, code: str, by: User) -> None:
    """The 60-day call, with the follow-up the reason asks for."""
    words = said(code, customer.invoices.get())
    due_on = next((one.due_on for one in words.get("promises", ())), None)
    next_on = shipped_reasons()[code].follow_up_on(CALLED_ON, CALENDAR, promised=due_on, named=words.get("named_on"))
    notes = CallNotes(outcome="REACHED", reason=code, next_on=next_on, **words)
    task = Task.objects.get(customer=customer, kind="call_60")
    log_call(customer=customer, task=task, notes=notes, at=noon(CALLED_ON), by=by, calendar=CALENDAR)


class Watch:
    """Sees what is new on the desk and what went out each evening."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, int]] = set()
        self.days: defaultdict[str, list[str]] = defaultdict(list)

    def look(self, business: Business, today: datetime.date) -> None:
        tasks = Task.objects.filter(business=business, state="open", opens_on__lte=today).exclude(kind="review_letter")
        letters = Letter.objects.filter(business=business, state="sent")
        rows = [("task", task.pk, task.customer.reference, task.kind) for task in tasks.select_related("customer")]
        rows += [("letter", letter.pk, letter.customer.reference, letter.code) for letter in letters.select_related("customer")]
        fresh: defaultdict[str, list[str]] = defaultdict(list)
        for what, pk, reference, name in rows:
            if (what, pk) not in self.seen:
                self.seen.add((what, pk))
                fresh[reference].append(name)
        for reference, names in fresh.items():
            self.days[reference].append(f"{today:%m-%d} {' '.join(sorted(names))}")


@pytest.mark.proves("P06", "P18", "T12")
def test_what_follows_from_each_reason(business, bookkeeper, tmp_path):
    reasons = sorted(shipped_reasons())
    for code in reasons:
        customer = make.customer(business, code)
        make.contact(customer)
        make.invoice(customer, total="1000")
    watch = Watch()
    for later in range(WALKED + 1):
        today = CALLED_ON + datetime.timedelta(days=later)
        escalate(business, today)
        if today == CALLED_ON:
            for customer in Customer.objects.all():
                call(customer, customer.name, bookkeeper)
        deliver(business, Folder(tmp_path), today=today, now=noon(today), approve_all=True)
        watch.look(business, today)
    assert {code: "; ".join(watch.days[code]) for code in reasons} == FOLLOWS
