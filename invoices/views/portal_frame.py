"""What the pages behind the customer's link share: their frame, an act tried, a form that keeps what was typed."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import override

from customers.attachments import AttachmentError
from invoices.agreeing import AgreementError
from invoices.portal.opening import View, acting_view, portal_view
from invoices.portal.showing import Shown, show
from invoices.views.portal import portal_context


def typing_view(view: View) -> View:
    """For a form that binds: the code is asked for before anything is typed. Where it has run out when the form is sent,
    the page comes back with all that was typed, and nothing is written (T48): `attempt` sees to that."""
    asks, takes = acting_view(view), portal_view(view)

    @wraps(takes)
    def either(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return (takes if request.method == "POST" else asks)(request, *args, **kwargs)

    return either


def shown_by(request: HttpRequest) -> Shown:
    """What the link shows today."""
    return show(request.portal.link, request.portal.today)


def page(request: HttpRequest, template: str, *, shown: Shown, **context: Any) -> HttpResponse:
    """A page behind the link, in its frame."""
    return render(request, f"portal/{template}.html", portal_context(request.portal) | {"shown": shown} | context)


def form_page(
    request: HttpRequest, template: str, form: Form | None, *, shown: Shown, problem: str = "", **context: Any
) -> HttpResponse:
    """A page with a form; what was typed stands in it again, with the reason why it was not taken."""
    sent = request.method == "POST"
    wrong = form is not None and sent and not form.is_valid()
    ended = sent and not problem and not wrong and request.portal.proof is None
    status = 422 if problem or wrong else 403 if ended else 200
    response = page(request, template, shown=shown, form=form, problem=problem, unconfirmed=ended, **context)
    response.status_code = status
    return response


def attempt(act: Callable[[], object], otherwise: str = "") -> str:
    """Tries an act; returns why it was refused, or "".

    With `otherwise`, the words for the customer whatever the reason was, the act speaks the language of the desk: what it
    writes there is read by our people.
    """
    try:
        if not otherwise:
            act()
        else:
            with override(settings.LANGUAGE_CODE):
                act()
    except (AgreementError, AttachmentError) as problem:
        return otherwise or str(problem)
    return ""


def go(request: HttpRequest, name: str, *args: object) -> HttpResponse:
    """On to another page of the same link."""
    return HttpResponseRedirect(reverse(name, args=[request.portal.token, *args]))


def may_act(request: HttpRequest, form: Form) -> bool:
    """Whether the form was sent, is whole, and comes from somebody whose code still counts."""
    return request.method == "POST" and form.is_valid() and request.portal.proof is not None
