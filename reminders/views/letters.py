"""Letters on their way out: what goes out, and is it right?"""

import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from arcollect.listing import Column, Filter, Listing, Option, search_in
from arcollect.money import format_plain
from customers.access import get_row, member_view
from customers.models import Business, Letter
from customers.models.letter import LetterCode, LetterState
from invoices.account import open_invoice
from invoices.models import Invoice
from invoices.standing import NOTHING, claims
from reminders.forms.letter import CancelLetterForm
from reminders.outbox import OutboxError, approve, cancel, needs_owner
from reminders.rendering import composed, letter_pdf

UNSENT = [LetterState.WAITING_FOR_CALL, LetterState.DRAFT, LetterState.APPROVED, LetterState.FAILED]


@member_view
def letter_list(request: HttpRequest) -> HttpResponseBase:
    """The outbox: what waits for approval first."""
    today = request.business.local_date(timezone.now())
    rows = Letter.objects.filter(business=request.business).select_related("customer", "contact").defer("facts", "body")
    context = {
        "today": today,
        "ticking": request.GET.get("show", "draft") == "draft",
        "waiting_for_call": rows.filter(state=LetterState.WAITING_FOR_CALL).count(),
    }
    return LISTING.respond(request, rows, "reminders/letter_list.html", context)


@member_view
def letter_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter as it will be printed, beside what it asks for and why."""
    return _page(request, _letter(request, pk), CancelLetterForm())


@member_view
def letter_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter as PDF, to be looked at in the page; looking changes nothing and is no view by the customer (T52)."""
    letter = _letter(request, pk)
    response = HttpResponse(letter_pdf(letter), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{letter.code}-{letter.pk}.pdf"'
    return response


@require_POST
@member_view
def letter_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Lets one letter go out, and shows the next that waits."""
    letter = _letter(request, pk)
    if needs_owner(letter) and not request.membership.is_owner:
        raise PermissionDenied
    try:
        approve(letter=letter, by=request.user, now=timezone.now())
    except OutboxError as problem:
        messages.error(request, str(problem))
        return redirect("letter-detail", request.business.slug, pk)
    messages.success(request, _("Approved: %(letter)s.") % {"letter": letter})
    following = _drafts(request.business).exclude(pk=pk).first()
    if following is None:
        return redirect("letter-list", request.business.slug)
    return redirect("letter-detail", request.business.slug, following.pk)


@require_POST
@member_view
def letter_approve_ticked(request: HttpRequest) -> HttpResponse:
    """Lets every ticked letter go out, except final ones where a bookkeeper asks."""
    ticked = [int(pk) for pk in request.POST.getlist("letter") if pk.isdigit()]
    letters = list(_drafts(request.business).filter(pk__in=ticked).select_related("business", "customer"))
    allowed = [letter for letter in letters if request.membership.is_owner or not needs_owner(letter)]
    done = sum(_approved(letter, request) for letter in allowed)
    if done:
        messages.success(request, ngettext("%(n)s letter approved.", "%(n)s letters approved.", done) % {"n": done})
    if len(letters) > len(allowed):
        messages.warning(request, _("Final letters wait for the owner."))
    if not letters:
        messages.info(request, _("Tick the letters that may go out."))
    return redirect("letter-list", request.business.slug)


@require_POST
@member_view
def letter_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a letter out of the outbox for good, with the reason."""
    letter = _letter(request, pk)
    form = CancelLetterForm(request.POST)
    if not form.is_valid():
        return _page(request, letter, form)
    today = request.business.local_date(timezone.now())
    try:
        cancel(letter=letter, reason=form.cleaned_data["reason"], by=request.user, on=today)
    except OutboxError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("Cancelled. The next step comes in its time."))
    return redirect("letter-detail", request.business.slug, pk)


def _letter(request: HttpRequest, pk: int) -> Letter:
    return get_row(request, Letter.objects.select_related("business", "customer", "contact", "approved_by", "document"), pk)


def _drafts(business: Business) -> QuerySet[Letter]:
    return Letter.objects.filter(business=business, state=LetterState.DRAFT).order_by("id")


def _approved(letter: Letter, request: HttpRequest) -> bool:
    """Whether this person's approval counted: somebody else may have been quicker."""
    try:
        approve(letter=letter, by=request.user, now=timezone.now())
    except OutboxError:
        return False
    return True


def _text(letter: Letter) -> tuple[str, str]:
    """(the letter's words, why it cannot be written) while it has no final copy; a sent one is read from that alone."""
    if letter.document_id is not None:
        return "", ""
    try:
        return composed(letter)[1].plain_text, ""
    except ValueError as problem:
        return "", str(problem)


def _asked(letter: Letter, today: datetime.date) -> list[tuple[dict[str, Any], Decimal, Decimal]]:
    """(line, what the letter asks for, what may be asked for today) of each invoice in it, in at most four queries."""
    lines = letter.facts.get("lines", ())
    rows = Invoice.objects.filter(business_id=letter.business_id, pk__in=[line["invoice"] for line in lines])
    against = claims([letter.customer_id])
    now = {row.pk: open_invoice(row, against, today).collectable for row in rows}
    return [(line, Decimal(line["collectable"]), now.get(line["invoice"], NOTHING)) for line in lines]


def _page(request: HttpRequest, letter: Letter, form: CancelLetterForm) -> HttpResponse:
    today = request.business.local_date(timezone.now())
    asked = _asked(letter, today)
    text, unwritable = _text(letter)
    context = {
        "letter": letter,
        "text": text,
        "unwritable": unwritable,
        "today": today,
        "asked": asked,
        "outdated": letter.state in UNSENT and any(was != now for _line, was, now in asked),
        "reasons": [reminder.decision.get("reason", "") for reminder in letter.reminders.only("decision")],
        "form": form,
        "is_draft": letter.state == LetterState.DRAFT,
        "may_approve": request.membership.is_owner or not needs_owner(letter),
        "may_cancel": letter.state in UNSENT,
        "following": _drafts(request.business).filter(pk__gt=letter.pk).first(),
    }
    return render(request, "reminders/letter_detail.html", context)


STATES = Filter(
    "show",
    lazy("Show"),
    [
        Option("draft", lazy("To approve"), Q(state=LetterState.DRAFT)),
        Option("waiting", lazy("Waits for a call"), Q(state=LetterState.WAITING_FOR_CALL)),
        Option("approved", lazy("Ready to go"), Q(state__in=[LetterState.APPROVED, LetterState.SENDING])),
        Option("sent", lazy("Sent"), Q(state=LetterState.SENT)),
        Option("trouble", lazy("In trouble"), Q(state__in=[LetterState.FAILED, LetterState.UNCONFIRMED])),
        Option("cancelled", lazy("Cancelled"), Q(state=LetterState.CANCELLED)),
    ],
    everything=lazy("All"),
    default="draft",
    pills=True,
)
CODES = Filter(
    "code",
    lazy("Letter"),
    [Option(code.value, code.label, Q(code=code)) for code in LetterCode],
    everything=lazy("Every letter"),
)
LISTING = Listing(
    name="letters",
    columns=[
        Column("tick", ""),
        Column("letter", lazy("Letter"), lambda letter: letter.get_code_display(), ("code",)),
        Column("customer", lazy("Customer"), lambda letter: letter.customer.name, ("customer__name",)),
        Column("written", lazy("Written"), lambda letter: letter.written_on, ("written_on",)),
        Column("to", lazy("To"), lambda letter: letter.sent_to or str(letter.contact or "")),
        Column("state", lazy("State"), lambda letter: letter.get_state_display(), ("state",)),
        Column("currency", lazy("Currency"), lambda letter: letter.currency, screen=False),
        Column("total", lazy("Asks for"), lambda letter: format_plain(letter.total, letter.currency), ("total",), numeric=True),
    ],
    sort="-written",
    filters=[STATES, CODES],
    search=search_in("customer__name", "customer__reference", "subject"),
    hint=lazy("Customer"),
    totals={lazy("Asked for"): "total"},
)
