"""Starting the ledger: the owner sees what would go out first, leaves out whom they will, then says so (T06).

What is chosen is kept in the session, so that it outlives paging and searching and works without script.
"""

import datetime
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from arcollect.filters import say_date
from arcollect.ids import read_ids
from customers.access import owner_view
from customers.models import Business
from invoices.models import Invoice
from reminders.facts import settings_of
from reminders.forms.release import RULES, ReleaseForm
from reminders.freshness import freshness
from reminders.models import StepCode
from reminders.nightly import escalate
from reminders.policies import PolicyError
from reminders.releasing import Starter, by_step, calls_made_by, entry_rules, outlook, start_ledger, waiting_customers
from reminders.standing import standings

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Choice:
    """What the owner chose so far. `marked`: the customers whose tick was moved.

    At first everybody goes who is not marked; in a live ledger, where invoices wait one by one, only who is.
    """

    first: bool
    entry_rule: str
    calls_per_day: int
    marked: frozenset[int] = frozenset()

    def goes(self, customer_id: int) -> bool:
        return (customer_id in self.marked) != self.first

    def moved(self, shown: set[int], going: set[int]) -> "Choice":
        """The same with the ticks of the customers on the page as they were sent."""
        marked = shown - going if self.first else going
        return replace(self, marked=(self.marked - shown) | (marked & shown))


@owner_view
def release_ledger(request: HttpRequest) -> HttpResponse:
    """What the first run would do, on the first business day. Writes nothing. Also for what came in long overdue later on."""
    business = request.business
    today, first_day = _days(business)
    context = {"today": today, "first": business.released_on is None, "held": _held(business)}
    if not context["first"] and not context["held"]:
        return render(request, "reminders/release.html", context)
    choice = _choice(request)
    form = ReleaseForm(
        initial={"entry_rule": choice.entry_rule, "calls_per_day": choice.calls_per_day}, rules=entry_rules(business)
    )
    context |= {
        "waiting": True,
        "form": form,
        **_came_in(business, today),
        **_first_day(request, choice, first_day, today, entry_rules(business)),
    }
    return render(request, "reminders/release.html", context)


@owner_view
@require_POST
def release_choose(request: HttpRequest) -> HttpResponse:
    """Keeps the ticks, the entry rule and the throttle, and goes where the button says."""
    business = request.business
    choice = _choice(request)
    act, _, argument = request.POST.get("act", "look").partition(":")
    shown, going = (_ids(request.POST, name) for name in ("shown", "go"))
    choice = choice.moved(shown, going)
    form = ReleaseForm(request.POST, rules=entry_rules(business))
    if form.is_valid():
        choice = replace(choice, **form.cleaned_data)
    else:
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
    if act in ("all", "none"):
        _, first_day = _days(business)
        starters = outlook(business, first_day, [choice.entry_rule])[choice.entry_rule]
        of_step = {one.id for one in starters if not argument or any(item.step == argument for item in one.items)}
        choice = choice.moved(of_step, of_step if act == "all" else set())
    request.session[_key(business)] = [choice.entry_rule, choice.calls_per_day, sorted(choice.marked)]
    if act == "confirm" and form.is_valid():
        return redirect("settings-release-confirm", business.slug)
    query = QueryDict(mutable=True)
    query.update(
        {name: value for name, value in (("q", request.POST.get("q", "").strip()), ("page", _page(act, argument))) if value}
    )
    place = "list" if act in ("page", "search") else "plan"
    return redirect(f"{reverse('settings-release', args=[business.slug])}?{query.urlencode()}#{place}")


@owner_view
def release_confirm(request: HttpRequest) -> HttpResponse:
    """Says once more what happens; a POST lets it."""
    business, choice = request.business, _choice(request)
    today, first_day = _days(business)
    if business.released_on is not None and not _held(business):
        return redirect("settings-release", business.slug)
    if request.method == "POST":
        return _release(request, choice, today, first_day)
    context = _first_day(request, choice, first_day, today, [choice.entry_rule]) | {
        "today": today,
        "first": choice.first,
        "choice": choice,
    }
    context["rule"] = RULES[StepCode(choice.entry_rule)]
    return render(request, "reminders/release_confirm.html", context)


def _release(request: HttpRequest, choice: Choice, today: datetime.date, first_day: datetime.date) -> HttpResponse:
    business = request.business
    leave_out = [customer_id for customer_id in waiting_customers(business) if not choice.goes(customer_id)]
    values = {"entry_rule": choice.entry_rule, "calls_per_day": choice.calls_per_day, "leave_out": leave_out}
    try:
        start_ledger(business=business, today=today, actor=request.user, **values)
    except PolicyError as problem:
        messages.error(request, str(problem))
        return redirect("settings-release", business.slug)
    request.session.pop(_key(business), None)
    count = len(escalate(business, today, brief=True).fired)
    words = ngettext("Started: %(count)d reminder is prepared.", "Started: %(count)d reminders are prepared.", count)
    if first_day > today:
        words = gettext("Started: the first reminders are prepared %(when)s.")
    messages.success(request, words % {"count": count, "when": say_date(first_day, today)})
    return redirect("dashboard", business.slug)


def _choice(request: HttpRequest) -> Choice:
    """What was chosen so far in this session, or what the rules say."""
    business = request.business
    first = business.released_on is None
    stored = request.session.get(_key(business))
    rules = entry_rules(business)
    if stored and stored[0] in rules:
        return Choice(first, stored[0], stored[1], frozenset(stored[2]))
    cap = settings_of(business).default.entry_cap
    rule = cap if cap in rules else rules[-1]
    return Choice(first, rule, business.rules["max_new_call_tasks_per_day"])


def _key(business: Business) -> str:
    """Before the start and after it ticks mean the opposite, so each has its own."""
    return f"release-{business.pk}-{business.released_on or 'first'}"


def _days(business: Business) -> tuple[datetime.date, datetime.date]:
    """(today, the first business day) where the business is."""
    today = business.local_date(timezone.now())
    return today, settings_of(business).calendar().roll_forward(today)


def _held(business: Business) -> int:
    return Invoice.objects.filter(business=business, balance__gt=0, entry_hold=True).count()


def _came_in(business: Business, today: datetime.date) -> dict[str, Any]:
    """What the ledger holds, and how fresh the money is it rests on (T15)."""
    owed = Invoice.objects.filter(business=business, balance__gt=0)
    counts = owed.aggregate(invoices=Count("pk"), customers=Count("customer", distinct=True))
    return {"counts": counts, "standings": standings(business, today), "money": freshness(business, today)}


def _first_day(
    request: HttpRequest, choice: Choice, first_day: datetime.date, today: datetime.date, rules: list[str]
) -> dict[str, Any]:
    """The plan of the first business day: by step, what each of these entry rules would do, and one page of customers."""
    found = outlook(request.business, first_day, rules)
    ticked = {rule: [replace(one, goes=choice.goes(one.id)) for one in rows] for rule, rows in found.items()}
    starters = ticked[choice.entry_rule]
    steps = by_step(starters)
    calls = sum(step.calls for step in steps)
    words = request.GET.get("q", "").strip()
    return {
        "steps": steps,
        "calls": calls,
        "letters": sum(step.letters for step in steps),
        "going": sum(one.goes for one in starters),
        "left_out": sum(not one.goes for one in starters),
        "when": say_date(first_day, today),
        "calls_by": calls_made_by(calls, choice.calls_per_day, first_day, settings_of(request.business).calendar()),
        "effects": [(RULES[StepCode(rule)], by_step(ticked[rule])) for rule in rules],
        "q": words,
        "page": Paginator(_found(starters, words), SHOWN).get_page(request.GET.get("page")),
    }


def _found(starters: list[Starter], words: str) -> list[Starter]:
    """Those in whose name or number every word is found."""
    wanted = words.casefold().split()
    return [one for one in starters if all(word in f"{one.name} {one.reference}".casefold() for word in wanted)]


def _ids(sent: QueryDict, name: str) -> set[int]:
    return read_ids(sent.getlist(name))


def _page(act: str, argument: str) -> str:
    return argument if act == "page" and argument.isdecimal() else ""
