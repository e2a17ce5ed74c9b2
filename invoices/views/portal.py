"""The pages behind the customer's link: what is owed, and the code that confirms who acts (domain.md 6.8)."""

from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from arcollect.mail import send_code
from arcollect.phones import show_phone
from arcollect.pictures import small_picture
from arcollect.visitors import address_of
from customers.models import Customer
from invoices.forms.portal_code import CodeForm, KnowledgeForm
from invoices.models import PortalCode
from invoices.models.portal import CodeMethod
from invoices.plan_answers import answer_to
from invoices.portal.codes import CodeError, check_code, check_knowledge, contact_of, masked, method_of, new_code
from invoices.portal.entering import enter
from invoices.portal.more_time import more_time
from invoices.portal.opening import Portal, entry_view, give_proof, portal_view, wanted, way_on
from invoices.portal.showing import Shown, asks_whether_all_is_well, show
from invoices.portal.story import story_of

# Twice what it is shown at, for sharp screens.
LOGO_BOX = (352, 96)


@portal_view
def portal(request: HttpRequest) -> HttpResponse:
    """What is owed, by when, and what can be done about it; below what happened so far."""
    portal = request.portal
    shown = show(portal.link, portal.today)
    context = {"shown": shown, "ask": shown.ask, "story": story_of(portal.link, shown), "personal": personal(portal.customer)}
    context["well"] = asks_whether_all_is_well(portal.link)
    context["told"] = portal.link.satisfactions.first() if context["well"] else None
    context["more_time"] = more_time(portal, shown)
    context["answer"] = answer_to(shown.refused) if shown.refused else ""
    return render(request, "portal/portal.html", portal_context(portal) | context | plan_context(shown))


def personal(customer: Customer) -> str:
    """Why this customer is better talked to than asked (domain.md 7.4), or ""."""
    if customer.deceased:
        return "deceased"
    if customer.insolvent:
        return "insolvent"
    return "represented" if customer.represented_by else ""


def plan_context(shown: Shown) -> dict[str, Any]:
    """How far the running plan is paid."""
    rows = list(shown.running.instalments.all()) if shown.running else []
    total, paid = (sum((getattr(row, name) for row in rows), Decimal(0)) for name in ("amount", "paid"))
    return {"plan_total": total, "plan_paid": paid, "plan_share": int(paid * 100 / total) if total else 0}


@entry_view
def portal_code(request: HttpRequest) -> HttpResponse:
    """Says how to show who one is; POST sends the code to the address on file, whatever is typed (domain.md 6.8)."""
    portal = request.portal
    method = method_of(portal.link)
    if request.method == "POST" and method == CodeMethod.EMAIL:
        problem = _send(portal, address_of(request))
        return _code_page(request, method, problem) if problem else _on_to(request, "portal-confirm")
    if method == CodeMethod.KNOWLEDGE:
        return _on_to(request, "portal-confirm")
    return _code_page(request, method, "")


@entry_view
def portal_confirm(request: HttpRequest) -> HttpResponse:
    """Takes the code, or what is on an invoice where no e-mail is on file; what is right is the customer looking at last."""
    portal = request.portal
    method = method_of(portal.link)
    if method is None:
        return _on_to(request, "portal-code")
    form = (CodeForm if method == CodeMethod.EMAIL else KnowledgeForm)(request.POST if request.method == "POST" else None)
    code = _checked(portal, method, form, address_of(request)) if form.is_bound and form.is_valid() else None
    if code is None:
        context = portal_context(portal) | {"form": form, "to": wanted(request), "sent_to": _sent_to(portal)}
        return render(request, "portal/confirm.html", context)
    enter(link=portal.link, code=code, at=portal.now)
    response = HttpResponseRedirect(way_on(request, portal.token))
    give_proof(response, portal, code)
    return response


def portal_context(portal: Portal) -> dict[str, Any]:
    """What every page behind the link shows around its own: who the creditor is, and whom to call."""
    business, region = portal.business, portal.customer.country or portal.business.country
    number = business.signatory_phone or business.phone
    return {
        "portal": portal,
        "creditor": business,
        "number": number,
        "phone": show_phone(number, region),
        "logo": small_picture(bytes(business.logo.bytes), *LOGO_BOX) if business.logo else "",
    }


def _send(portal: Portal, address: str) -> str:
    """Sends a code; returns why not, or ""."""
    try:
        code, digits = new_code(link=portal.link, address=address, now=portal.now)
    except CodeError as problem:
        return str(problem)
    minutes = portal.business.rules["portal"]["code_minutes"]
    try:
        send_code(to=code.sent_to, business=portal.business.name, reply_to=portal.business.email, code=digits, minutes=minutes)
    except OSError:
        return _("The e-mail could not be sent just now. Please try again later, or call us.")
    return ""


def _checked(portal: Portal, method: CodeMethod, form: forms.Form, address: str) -> PortalCode | None:
    """The confirmed code, or None with the reason on the form."""
    given = form.cleaned_data
    try:
        if method == CodeMethod.EMAIL:
            return check_code(link=portal.link, digits=given["digits"], now=portal.now)
        known = {"number": given["number"], "postcode": given["postcode"]}
        return check_knowledge(link=portal.link, **known, address=address, now=portal.now)
    except CodeError as problem:
        form.add_error(None, str(problem))
        return None


def _code_page(request: HttpRequest, method: CodeMethod | None, problem: str) -> HttpResponse:
    portal = request.portal
    context = {"method": method, "sent_to": _sent_to(portal), "problem": problem, "to": wanted(request)}
    return render(request, "portal/code.html", portal_context(portal) | context, status=429 if problem else 200)


def _sent_to(portal: Portal) -> str:
    contact = contact_of(portal.link)
    return masked(contact.email) if contact else ""


def _on_to(request: HttpRequest, name: str) -> HttpResponse:
    """To another page of the code, which remembers where the visitor was going."""
    going = wanted(request)
    return HttpResponseRedirect(reverse(name, args=[request.portal.token]) + (f"?to={going}" if going else ""))
