"""What a policy would send in the next 90 days, beside what the present one does. Nothing is written, nothing goes out."""

import datetime
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from arcollect.filters import day
from arcollect.sheets import csv_response
from customers.access import get_row, owner_view
from customers.views.clock import today_of
from reminders import policies
from reminders.facts import Settings, policy_terms, settings_of
from reminders.forms.policy import PolicyForm
from reminders.models import Policy, StepCode
from reminders.simulation import MOST_INVOICES, SPAN, Rehearsal, Week, rehearse, weeks, with_policy
from reminders.views.policies import editor, policy_form

HEADS = ("Week from", "Letters now", "Letters then", "Calls now", "Calls then")


@owner_view
def policy_simulation(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A saved version, or by POST what stands in the form of the editor, played through over the open invoices."""
    policy = get_row(request, Policy.objects.select_related("business"), pk)
    form = policy_form(request, policy) if request.method == "POST" else None
    if form is not None and not form.is_valid():
        return render(request, "reminders/policy_edit.html", editor(request, policy, form))
    today = today_of(request)
    present = settings_of(request.business)
    rehearsal = rehearse(request.business, present, _changed(present, policy, form), today)
    found = weeks(rehearsal.present, rehearsal.changed, today)
    if request.POST.get("format", request.GET.get("format")) == "csv":
        rows = ([week.monday, *week.letters, *week.calls] for week in found)
        return csv_response("simulation", [_(head) for head in HEADS], rows)
    return render(request, "reminders/simulation.html", _page(policy, form, rehearsal, found, today, request))


def _changed(present: Settings, policy: Policy, form: PolicyForm | None) -> Settings:
    """The settings with that policy in force; one nobody follows, as if it were the business's own."""
    draft = form.drafted() if form else policies.draft_of(policy)
    terms = policy_terms(Policy(**draft.fields), draft.steps)
    return with_policy(present, policy.name, terms, as_default=policy.name not in present.chosen.values())


def _page(
    policy: Policy,
    form: PolicyForm | None,
    rehearsal: Rehearsal,
    found: list[Week],
    today: datetime.date,
    request: HttpRequest,
) -> dict[str, Any]:
    """What the template shows: totals, weeks, steps, and what the script draws."""
    now, then = rehearsal.present, rehearsal.changed
    names = [(code, StepCode(code).label) for code in StepCode.values if now.steps[code] or then.steps[code]]
    return {
        "policy": policy,
        "title": policies.title(policy.name),
        "today": today,
        "last_day": today + datetime.timedelta(days=SPAN - 1),
        "unsaved": form is not None,
        "sent": [(name, value) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken" for value in values],
        "invoices": rehearsal.invoices,
        "one_in": rehearsal.one_in,
        "most": MOST_INVOICES,
        "weeks": found,
        "letters": (now.letters.total(), then.letters.total()),
        "calls": (now.calls.total(), then.calls.total()),
        "steps": [(label, now.steps[code], then.steps[code]) for code, label in names],
        "bars": [(key, title, _bars(found, key)) for key, title in (("letters", _("Letters")), ("calls", _("Calls")))],
    }


def _bars(found: list[Week], what: str) -> dict[str, Any]:
    """Two bars a week: as it is, and as it would be."""
    pairs = [getattr(week, what) for week in found]
    now, then = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    series = [{"label": _("Now"), "amounts": now}, {"label": _("Then"), "amounts": then}]
    return {"labels": [day(week.monday) for week in found], "series": series}
