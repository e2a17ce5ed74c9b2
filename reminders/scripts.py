"""What to say in a call: the script of its occasion, with the customer's own figures (domain.md 4.2, 4.3). Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from customers.models.desk import TaskKind
from reminders.liquid_text import fill_text

FRAME = "FRAME"
# The one call without sums and days to read back at its end.
VERIFYING = "VERIFY_AP"
OCCASIONS = {
    TaskKind.COURTESY_CALL: "COURTESY",
    TaskKind.NOTICE_CALL: "NOTICE",
    TaskKind.WARNING_CALL: "WARNING",
    TaskKind.CALL_60: "60",
    TaskKind.CALL_90: "90",
    TaskKind.DECIDE: "90",
    TaskKind.BROKEN_PROMISE: "BROKEN_PROMISE",
    TaskKind.PROMISE_DUE: "BROKEN_PROMISE",
    TaskKind.VERIFY_AP: VERIFYING,
    TaskKind.FIND_CONTACT: VERIFYING,
    TaskKind.CALLBACK: "CALLBACK",
}
# What a callback is about, where something that happened asked for it.
ABOUT = {"dispute": "DISPUTE_SOLVED", "instalment": "PLAN_DEFAULT"}


@dataclass(frozen=True, slots=True)
class ScriptFacts:
    """What a script may say, in words ready to be read out; "" where there is nothing to say. `invoices`: "3 invoices",
    `number`: the one invoice it is about, `deadline`: the day named to who does not want to pay, `outcome`: how their query
    ended, `missing`: what of an instalment did not come, `cure`: until when that can be put right, `remaining`: else due.
    `fine`, `wrong`: the day they answered to the satisfaction letter that all is as ordered, or that something is not.
    `stretches`, `late_queries`: how they are treated (domain.md 5), `plan_barred`: no new plan can be signed (6.2)."""

    caller: str
    company: str
    contact: str = ""
    first: str = ""
    phone: str = ""
    opens: str = "09:00"
    closes: str = "17:00"
    number: str = ""
    invoices: str = ""
    sum: str = ""
    days: int = 0
    due: str = ""
    promised: str = ""
    promised_by: str = ""
    made: str = ""
    owner: str = ""
    deadline: str = ""
    colleague: str = ""
    outcome: str = ""
    instalment: str = ""
    missing: str = ""
    missed_on: str = ""
    cure: str = ""
    remaining: str = ""
    fine: str = ""
    wrong: str = ""
    stretches: bool = False
    late_queries: bool = False
    plan_barred: bool = False

    @property
    def fields(self) -> dict[str, Any]:
        """By the names the texts use; to Liquid an empty text is something, only None and False are nothing."""
        values = {name: value if isinstance(value, bool) else value or None for name, value in asdict(self).items()}
        return values | {"from": values.pop("opens"), "to": values.pop("closes")}


@dataclass(frozen=True, slots=True)
class Script:
    """The words of one call: `say` is for the diagnosis, "" where it changes nothing; the rest belongs to every call."""

    name: str
    open: str
    ask: tuple[str, ...]
    say: str
    close: str
    greeting: str
    gatekeeper: str
    paraphrase: str
    ending: str
    heated: str
    stop: str
    voicemail: str


def occasion_of(kind: str, subject: str = "", days_late: int = 0) -> str:
    """Which script a task asks for; a call without a task goes by how late the oldest invoice is."""
    if kind == TaskKind.CALLBACK and subject.partition(":")[0] in ABOUT:
        return ABOUT[subject.partition(":")[0]]
    if kind in OCCASIONS:
        return OCCASIONS[kind]
    if days_late < 1:
        return "COURTESY"
    return "30" if days_late < 60 else "60"


def script_for(occasion: str, diagnosis: str, facts: ScriptFacts, scripts: Mapping[str, Mapping[str, Any]]) -> Script:
    """The script of an occasion, every field filled. Raises WordingError for a text that names a field there is not."""
    own, frame, values = scripts[occasion], scripts[FRAME], facts.fields

    def said(text: str) -> str:
        return fill_text(text, values).strip()

    return Script(
        name=own["name"],
        open=said(own["open"]),
        ask=tuple(filter(None, (said(question) for question in own.get("ask", ())))),
        say=said(own.get(diagnosis, "")),
        close=said(own["close"]),
        greeting=said(frame["open"]),
        gatekeeper=said(frame["gatekeeper"]),
        paraphrase=said(frame["paraphrase"]),
        ending="" if occasion == VERIFYING else said(frame["close"]),
        heated=said(frame["heated"]),
        stop=said(frame["stop"]),
        voicemail=said(frame["voicemail"]),
    )
