"""The screen on which a person says, line by line and with one key each, whose the money is."""

import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers.access import get_row, member_view
from customers.models import User
from customers.views.clock import today_of
from invoices.balances import BookingError
from invoices.line_booking import book_line, leave_line
from invoices.line_unbooking import take_back_line
from invoices.matches import Match
from invoices.models import BankLine
from invoices.models.statement import LineState
from invoices.money_in import money_in, waiting_lines
from invoices.returns import return_line
from invoices.suggesting import chosen, suggested

# As many as a person looks through in one go.
SHOWN = 25


@member_view
def bank_waiting(request: HttpRequest) -> HttpResponse:
    """Every open line with what it may be, the surest first."""
    now = timezone.now()
    rows = waiting_lines(request.business).select_related("account", "business")
    page = Paginator(rows, SHOWN).get_page(request.GET.get("page"))
    context = {"page": page, "lines": suggested(list(page.object_list)), "today": request.business.local_date(now)}
    if not page.object_list:
        context["money"] = money_in(request.business, now)
    return render(request, "invoices/bank_waiting.html", context)


@require_POST
@member_view
def bank_line_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Books a line as the suggestion says that the form names, or takes the payment back that money going out returns."""
    line = _line(request, pk)
    try:
        _settle(line, request.POST.get("choice", ""), request.user, today_of(request))
    except BookingError as problem:
        return _answer(request, line, str(problem))
    return _answer(request, line)


@require_POST
@member_view
def bank_line_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes that a line is not a customer's."""
    line = _line(request, pk)
    try:
        leave_line(line=line, actor=request.user, on=today_of(request))
    except BookingError as problem:
        return _answer(request, line, str(problem))
    return _answer(request, line)


@member_view
def bank_line_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Opens a settled line again; asks first, and says what will be undone, unless it comes from the button beside it."""
    line = _line(request, pk)
    if request.method != "POST":
        return render(request, "invoices/bank_undo.html", {"line": line, "payments": _payments(line), "today": today_of(request)})
    try:
        take_back_line(line=line, actor=request.user, on=today_of(request))
    except BookingError as problem:
        return _answer(request, line, str(problem))
    return _answer(request, line, done=_("Taken back: it waits again."))


def _line(request: HttpRequest, pk: int) -> BankLine:
    return get_row(request, BankLine.objects.select_related("business", "account", "customer", "settled_by", "takes_back"), pk)


def _settle(line: BankLine, key: str, actor: User, on: datetime.date) -> None:
    """Raises BookingError where the suggestion is not the line's any more."""
    choice = chosen(line, key)
    if choice is None:
        raise BookingError(_("What was suggested has changed meanwhile: look at it again."))
    if isinstance(choice, Match):
        book_line(line=line, match=choice, actor=actor, on=on)
        return
    payment = line.business.payments.filter(pk=choice.payment_id).first()
    if payment is None:
        raise BookingError(_("That payment is not in the books any more."))
    return_line(line=line, payment=payment, actor=actor, on=on)


def _answer(request: HttpRequest, line: BankLine, problem: str = "", done: str = "") -> HttpResponse:
    """The line as it stands now, in place; without script the page again, with what became of it."""
    if request.headers.get("HX-Request") == "true":
        line = _line(request, line.pk)
        (row,) = suggested([line])
        context = {"row": row, "problem": problem, "done": done, "payments": _payments(line), "today": today_of(request)}
        return render(request, "invoices/bank_card.html", context)
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, done or _told(line))
    if request.POST.get("next") == "line" or line.state == LineState.OPEN and done:
        return redirect("bank-line", request.business.slug, line.pk)
    return redirect("bank-waiting", request.business.slug)


def _told(line: BankLine) -> str:
    words = {
        LineState.BOOKED: _("Booked. Under “Bank lines” it can be taken back."),
        LineState.RETURNED: _("The payment was taken back: its invoices are open again."),
        LineState.LEFT: _("Noted: it is not a customer's."),
    }
    return words.get(line.state, "")


def _payments(line: BankLine) -> list[object]:
    """What was booked for it, with the invoices."""
    rows = line.payments.select_related("customer").prefetch_related("allocations__invoice").order_by("pk")
    return list(rows) if line.state == LineState.BOOKED else []
