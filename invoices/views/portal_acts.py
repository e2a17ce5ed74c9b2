"""Behind the customer's link: say when, say what is wrong, ask for a call, tell of a change."""

import datetime
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from invoices.forms.portal import PAID, CallForm, ContactForm, PromiseForm, QueryForm
from invoices.portal import acting
from invoices.portal.opening import Portal, portal_view
from invoices.views.portal_frame import attempt, form_page, go, may_act, shown_by, typing_view

# What our people read in the task, in their language.
TIMES = {
    "any": "At any time.",
    "morning": "Best in the morning.",
    "noon": "Best around noon.",
    "afternoon": "Best in the afternoon.",
}


@typing_view
def portal_promise(request: HttpRequest) -> HttpResponse:
    """A day and an amount, noted within the limits of every promise (P19, T37)."""
    portal, shown = request.portal, shown_by(request)
    if not shown.payable:
        return go(request, "portal")
    terms = {"currency": shown.currency, "most": shown.payable, "today": portal.today, "last": last_day(portal)}
    form = PromiseForm(request.POST if request.method == "POST" else None, **terms)
    problem = ""
    if may_act(request, form):
        given = {"amount": form.cleaned_data["amount"], "due_on": form.cleaned_data["due_on"]}
        act = partial(acting.promise, portal=portal, items=shown.items(), currency=shown.currency, **given)
        refused = _("We cannot note another day for this, because earlier ones passed. Please pay in parts, or talk to us.")
        problem = attempt(act, refused)
        if not problem:
            return go(request, "portal-done", "promise")
    words = {"title": _("On which day will you pay?"), "button": _("Note this day")}
    lead = _("We note it, and do not remind you of this amount until then.")
    return form_page(request, "act", form, shown=shown, problem=problem, lead=lead, **words)


@typing_view
def portal_query(request: HttpRequest) -> HttpResponse:
    """What is wrong with an invoice: a query on the desk at once, with a picture where there is one (P19)."""
    portal, shown = request.portal, shown_by(request)
    lines = [line for line in shown.lines if line.payable]
    if not lines:
        return go(request, "portal")
    sent = request.method == "POST"
    form = QueryForm(request.POST if sent else None, request.FILES if sent else None, lines=lines, currency=shown.currency)
    problem = ""
    if may_act(request, form):
        problem = attempt(partial(_query, portal, form.cleaned_data), _("We could not note this as it stands."))
        if not problem:
            return go(request, "portal-done", "paid" if form.cleaned_data["code"] == PAID else "query")
    words = {"title": _("What is wrong?"), "button": _("Send it to us")}
    lead = _("Tell us, and we put it right. We do not ask for the part you name while we look into it.")
    hint = _("The rest stays due as before.")
    return form_page(request, "act", form, shown=shown, problem=problem, lead=lead, hint=hint, **words)


def _query(portal: Portal, given: Mapping[str, Any]) -> None:
    """As the form says: a query, or money to be looked for."""
    said = {"portal": portal, "invoice": int(given["invoice"]), "words": given["words"], "paper": given["paper"] or None}
    if given["code"] == PAID:
        acting.say_paid(**said)
    else:
        acting.query(**said, code=given["code"], amount=given["amount"])


@portal_view
def portal_call(request: HttpRequest) -> HttpResponse:
    """Asks us to ring. It binds nobody, so it needs no code."""
    portal, shown = request.portal, shown_by(request)
    first = portal.business.calendar.add(portal.today, 1)
    terms = {"today": portal.today, "region": portal.customer.country or portal.business.country}
    form = CallForm(request.POST if request.method == "POST" else None, initial={"on": first, "time": "any"}, **terms)
    problem = ""
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        said = {"on": given["on"], "time": TIMES[given["time"]], "phone": given["phone"], "words": given["words"]}
        problem = attempt(partial(acting.ask_call, portal=portal, **said), _("We could not note this as it stands."))
        if not problem:
            return go(request, "portal-done", "call")
    words = {"title": _("When shall we call you?"), "button": _("Ask for the call")}
    return form_page(request, "act", form, shown=shown, problem=problem, **words)


@portal_view
def portal_contact(request: HttpRequest) -> HttpResponse:
    """Tells us who it is now; whose address changed may not get a code, so it needs none, and changes nothing by itself."""
    portal, shown = request.portal, shown_by(request)
    region = portal.customer.country or portal.business.country
    form = ContactForm(request.POST if request.method == "POST" else None, region=region)
    problem = ""
    if form.is_bound and form.is_valid():
        changes = [(name, form.cleaned_data[name]) for name in form.fields]
        problem = attempt(partial(acting.tell_contact, portal=portal, changes=changes), _("We could not note this as it stands."))
        if not problem:
            return go(request, "portal-done", "contact")
    words = {"title": _("What has changed?"), "button": _("Send it to us")}
    lead = _("Fill in only what is new. We check it with you before we use it.")
    return form_page(request, "act", form, shown=shown, problem=problem, lead=lead, **words)


def last_day(portal: Portal) -> datetime.date:
    """The last day a promise may name (T37)."""
    return portal.today + datetime.timedelta(days=portal.business.rules["promise"]["max_horizon_days"])
