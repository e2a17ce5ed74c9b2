"""Reads what only the owner can decide, each with the answers that are one click away (architecture.md, "Tenancy and access")."""

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Case, CharField, Count, F, Min, QuerySet, Value, When, Window
from django.db.models.functions import Cast, Concat, RowNumber
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from customers.desk import ready_on
from customers.models import Business, Customer, Letter, Task
from customers.models.business import Role
from customers.models.desk import TaskKind
from customers.models.letter import LetterCode, LetterState
from customers.views.tasks import door_of
from invoices.advice_words import advice_words, hold_words
from invoices.models import CreditAdvice, Settlement
from invoices.models.insight import Advice
from invoices.models.settlement import SettlementState
from invoices.settlements import floor_of
from reminders.watching import open_advices

SHOWN = 12
# More advice of one kind than this is one thing to look at.
ADVICE_APART = 2
# Of how many rows the first few are: counted with them, in the same query.
OF_ALL = Window(Count("pk"))
PUT_OFF = datetime.timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Act:
    """A button. With `fields` None it opens a page; else it posts them. `confirm`: asked first, of what is not taken back."""

    label: str
    address: str
    fields: Mapping[str, str] | None = None
    confirm: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for the owner: what, about whom, why, and when it is due; where it only `waits`, since when."""

    icon: str
    what: str
    address: str
    due_on: datetime.date
    customer: Customer | None
    amount: Decimal | None
    currency: str
    why: str
    acts: Sequence[Act]
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Decisions:
    """The most urgent first; `count` says how many there are in all."""

    rows: Sequence[Waiting]
    count: int

    @property
    def more(self) -> int:
        """How many are not among the rows."""
        return self.count - len(self.rows)


def decisions(business: Business, today: datetime.date) -> Decisions:
    """Everything that waits for the owner's word, in five queries at most however much it is.

    However many there are of one kind, the most urgent of every kind is among the rows: each has its turn.
    """
    drafts = _final_drafts(business)
    tasks = list(_in_turn(_without_looks(owner_tasks(business, today), drafts)).annotate(of_all=OF_ALL)[:SHOWN])
    letters = list(drafts.order_by("pk").annotate(of_all=OF_ALL)[:SHOWN])
    missed = _missed(business, tasks)
    turns = [(task.turn, _of_task(business, task, missed, today)) for task in tasks]
    turns += list(enumerate((_of_letter(business, letter) for letter in letters), 1))
    quiet, advised = _advised(business)
    turns.sort(key=lambda one: (one[0], one[1].due_on))
    pressing = sorted((row for _turn, row in turns[: SHOWN - len(quiet)]), key=lambda row: (row.due_on, -(row.amount or 0)))
    return Decisions([*pressing, *quiet], sum(rows[0].of_all for rows in (tasks, letters) if rows) + advised)


def _in_turn(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """The earliest due of each kind, then the second of each. What a task is about tells kinds apart too, as "settlement:7"."""
    about = Case(When(subject__startswith="settlement:", then=Value(1)), default=Value(0))
    turn = Window(RowNumber(), partition_by=[F("kind"), about], order_by=["due_on", "pk"])
    return tasks.annotate(turn=turn).order_by("turn", "due_on", "pk")


def owner_tasks(business: Business, today: datetime.date) -> QuerySet[Task]:
    """The owner's tasks whose day has come."""
    rows = Task.objects.filter(ready_on(today), business=business, role=Role.OWNER)
    return rows.select_related("customer")


def _without_looks(tasks: QuerySet[Task], letters: QuerySet[Letter]) -> QuerySet[Task]:
    """Without the tasks to look at one of these letters: the letter is a row of its own, and one thing waits once."""
    looks = letters.order_by().values(about=Concat(Value("letter:"), Cast("pk", CharField())))
    return tasks.exclude(kind=TaskKind.REVIEW_LETTER, subject__in=looks)


def _final_drafts(business: Business) -> QuerySet[Letter]:
    rows = Letter.objects.filter(business=business, state=LetterState.DRAFT, code=LetterCode.FINAL)
    return rows.select_related("customer").defer("facts", "body")


def _advised(business: Business) -> tuple[list[Waiting], int]:
    """The advice about credit and how much of it there is, holds first. It never presses and may be a lot: then it is one thing
    to look at for each kind."""
    rows = open_advices(business)
    told = rows.order_by().values("kind").annotate(n=Count("pk"), since=Min("made_on"))
    counts = {one["kind"]: (one["n"], one["since"]) for one in told}
    apart = [kind for kind, (n, _since) in counts.items() if n <= ADVICE_APART]
    found: dict[str, list[Waiting]] = defaultdict(list)
    for advice in rows.filter(kind__in=apart) if apart else ():
        found[advice.kind].append(_of_advice(business, advice))
    for kind in counts.keys() - set(apart):
        found[kind].append(_of_many(business, Advice(kind), *counts[kind]))
    ordered = [row for kind in (Advice.HOLD, Advice.RELEASE, Advice.LIMIT) for row in found[kind]]
    return ordered, len(ordered)


def _missed(business: Business, tasks: Sequence[Task]) -> dict[str, Settlement]:
    """The settlements these tasks are about for which enough came in to let them count, by the tasks' subject. One query."""
    ids = [task.subject.partition(":")[2] for task in tasks if task.subject.startswith("settlement:")]
    rows = Settlement.objects.filter(business=business, pk__in=ids, state=SettlementState.MISSED)
    rules = business.rules
    enough = (row for row in rows if row.received >= min(row.amount, floor_of(row.total, row.currency, rules)))
    return {f"settlement:{row.pk}": row for row in enough}


def _of_task(business: Business, task: Task, missed: Mapping[str, Settlement], today: datetime.date) -> Waiting:
    slug = business.slug
    acts = [*_answers(slug, task, missed), _way_to_decide(slug, task), _put_off(slug, task, today)]
    return Waiting(
        icon={TaskKind.PLAN_COUNTER: "arrows-exchange", TaskKind.PLAN_COUNTERSIGN: "signature"}.get(task.kind, "user-shield"),
        what=task.get_kind_display(),
        address=reverse("task-detail", args=[slug, task.pk]),
        due_on=task.due_on,
        customer=task.customer,
        amount=task.amount,
        currency=task.currency or business.currency,
        why=task.reason.split("\n")[0],
        acts=acts,
    )


def _answers(slug: str, task: Task, missed: Mapping[str, Settlement]) -> list[Act]:
    """What can be answered on the spot: a plan as they proposed it, a settlement paid late or short."""
    pk = task.subject.partition(":")[2]
    if task.kind == TaskKind.PLAN_COUNTER:
        asked = gettext("Accept the plan of %(who)s as they proposed it? They are told by e-mail, and sign it on their link.")
        address = reverse("plan-accept", args=[slug, pk])
        return [Act(gettext("Accept it"), address, {"tell": "yes"}, asked % {"who": task.customer}, primary=True)]
    if task.subject in missed:
        asked = gettext("Let the payment of %(who)s count? What is left of the debt is credited.")
        address = reverse("settlement-waive", args=[slug, pk])
        return [Act(gettext("Let it count"), address, {}, asked % {"who": task.customer}, primary=True)]
    return []


def _way_to_decide(slug: str, task: Task) -> Act:
    """The page where it is decided."""
    if task.kind == TaskKind.DECIDE and task.customer_id:
        query = f"?currency={task.currency}&task={task.pk}"
        return Act(gettext("Decide"), reverse("decision", args=[slug, task.customer_id]) + query)
    door, about = door_of(task), task.subject.partition(":")[2]
    if door is None or not about.isdecimal():
        return Act(gettext("See it"), reverse("task-detail", args=[slug, task.pk]))
    name, label = door
    return Act(str(label), reverse(name, args=[slug, about]))


def _put_off(slug: str, task: Task, today: datetime.date) -> Act:
    """Nothing is lost by it: the task comes back by itself, and is found under "Later" until then."""
    fields = {"snooze-until": (today + PUT_OFF).isoformat(), "snooze-reason": gettext("Put off on the dashboard.")}
    return Act(gettext("In two weeks"), reverse("task-snooze", args=[slug, task.pk]), fields)


def _of_letter(business: Business, letter: Letter) -> Waiting:
    slug = business.slug
    asked = gettext("Send the final letter to %(who)s? Until it is sent you can still take it back from its page.")
    acts = [
        Act(
            gettext("Approve"),
            reverse("letter-approve", args=[slug, letter.pk]),
            {},
            asked % {"who": letter.customer},
            primary=True,
        ),
        Act(gettext("Read it"), reverse("letter-detail", args=[slug, letter.pk])),
    ]
    return Waiting(
        icon="mail",
        what=letter.get_code_display(),
        address=reverse("letter-detail", args=[slug, letter.pk]),
        due_on=letter.written_on,
        customer=letter.customer,
        amount=letter.total,
        currency=letter.currency,
        why=gettext("The last letter before somebody else collects it. It goes out only with your approval."),
        acts=acts,
        waits=True,
    )


def _of_many(business: Business, kind: Advice, count: int, since: datetime.date) -> Waiting:
    """All advice of a kind as one thing: it is answered on its list."""
    address = reverse("credit-advices", args=[business.slug]) + f"?kind={kind}"
    what = {
        Advice.HOLD: ngettext("Stop supplying %(n)d customer on credit", "Stop supplying %(n)d customers on credit", count),
        Advice.RELEASE: ngettext("Supply %(n)d customer on credit again", "Supply %(n)d customers on credit again", count),
        Advice.LIMIT: ngettext("%(n)d credit limit to change", "%(n)d credit limits to change", count),
    }
    return Waiting(
        icon="credit-card" if kind == Advice.LIMIT else "hand-stop",
        what=what[kind] % {"n": count},
        address=address,
        due_on=since,
        customer=None,
        amount=None,
        currency=business.currency,
        why=gettext("Suggested by what they buy and how they pay. Nothing changes unless you say so."),
        acts=[Act(gettext("Look at them"), address)],
        waits=True,
    )


def _of_advice(business: Business, advice: CreditAdvice) -> Waiting:
    """Accepted at once: the answer can be taken back under "Advice on credit"."""
    home = urlencode({"next": reverse("dashboard", args=[business.slug])})
    acts = [
        Act(gettext("Do it"), reverse("credit-advice-accept", args=[business.slug, advice.pk]), {}, primary=True),
        Act(gettext("Leave it"), reverse("credit-advice-decline", args=[business.slug, advice.pk]) + f"?{home}"),
    ]
    return Waiting(
        icon="credit-card" if advice.kind == Advice.LIMIT else "hand-stop",
        what=advice_words(advice).rstrip("."),
        address=reverse("customer-detail", args=[business.slug, advice.customer_id]),
        due_on=advice.made_on,
        customer=advice.customer,
        amount=None,
        currency=advice.currency,
        why=hold_words(advice),
        acts=acts,
        waits=True,
    )
