"""Letters on their way out: what goes out, and is it right?"""

import datetime
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from arcollect.ids import read_ids
from arcollect.listing import Column, Filter, Listing, Option, search_in
from arcollect.money import format_plain
from customers.access import get_row, member_view, way_back
from customers.models import Business, Letter
from customers.models.letter import LetterCode, LetterState
from customers.views.clock import today_of
from invoices.account import open_invoice
from invoices.models import Invoice
from invoices.standing import NOTHING, claims
from reminders.forms.letter import CancelLetterForm, HoldLetterForm, SkipLetterForm
from reminders.freshness import freshness
from reminders.outbox import OPEN, OutboxError, approve, cancel, may_be_taken_up, needs_owner
from reminders.printing import waiting_for_paper
from reminders.rendering import composed, letter_pdf

SENDABLE = [LetterState.DRAFT, LetterState.APPROVED, LetterState.FAILED]
HOLDABLE = [LetterState.DRAFT, LetterState.APPROVED, LetterState.WAITING_FOR_CALL]


@member_view
def letter_list(request: HttpRequest) -> HttpResponseBase:
    """The outbox: what waits for approval first."""
    today = today_of(request)
    rows = Letter.objects.filter(business=request.business).select_related("customer", "contact").defer("facts", "body")
    paper = waiting_for_paper(request.business, today)
    context = {
        "today": today,
        "show": request.GET.get("show", "draft"),
        "waiting_for_call": rows.filter(state=LetterState.WAITING_FOR_CALL).count(),
        "paper": len(paper),
        "money": freshness(request.business, today),
    }
    return listing(today, [letter.pk for letter in paper]).respond(request, rows, "reminders/letter_list.html", context)


@member_view
def letter_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter as it will be printed, beside what it asks for and why."""
    return letter_page(request, wanted_letter(request, pk))


@member_view
def letter_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter as PDF, to be looked at in the page; looking changes nothing and is no view by the customer (T52)."""
    letter = wanted_letter(request, pk)
    response = HttpResponse(letter_pdf(letter), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{letter.code}-{letter.pk}.pdf"'
    return response


@require_POST
@member_view
def letter_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Lets one letter go out, and shows the next that waits; back where they came from where `next` says so."""
    letter = wanted_letter(request, pk)
    only_if_allowed(request, letter)
    try:
        approve(letter=letter, by=request.user, now=timezone.now())
    except OutboxError as problem:
        messages.error(request, str(problem))
        return redirect("letter-detail", request.business.slug, pk)
    messages.success(request, _("Approved: %(letter)s.") % {"letter": letter})
    if request.POST.get("next"):
        return way_back(request, "letter-list")
    following = _drafts(request.business).exclude(pk=pk).first()
    if following is None:
        return redirect("letter-list", request.business.slug)
    return redirect("letter-detail", request.business.slug, following.pk)


@require_POST
@member_view
def letter_approve_ticked(request: HttpRequest) -> HttpResponse:
    """Lets every ticked letter go out, except final ones where a bookkeeper asks; on old figures it asks first (T15)."""
    ticked = read_ids(request.POST.getlist("letter"))
    letters = list(_drafts(request.business).filter(pk__in=ticked).select_related("business", "customer"))
    allowed = [letter for letter in letters if request.membership.is_owner or not needs_owner(letter)]
    today = today_of(request)
    money = freshness(request.business, today)
    warn = money.stale and len(allowed) > 1
    if warn and "anyway" not in request.POST:
        context = {"letters": letters, "money": money, "today": today}
        return render(request, "reminders/letter_stale.html", context)
    done = sum(_approved(letter, request, stale=warn) for letter in allowed)
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
    letter = wanted_letter(request, pk)
    form = CancelLetterForm(request.POST)
    if not form.is_valid():
        return letter_page(request, letter, cancel=form)
    today = today_of(request)
    try:
        cancel(letter=letter, reason=form.cleaned_data["reason"], by=request.user, on=today)
    except OutboxError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("Cancelled. The next step comes in its time. Until tonight you can take it up again."))
    return redirect("letter-detail", request.business.slug, pk)


def wanted_letter(request: HttpRequest, pk: int) -> Letter:
    """The letter of this business with what its page needs, or a 404."""
    return get_row(request, Letter.objects.select_related("business", "customer", "contact", "approved_by", "document"), pk)


def only_if_allowed(request: HttpRequest, letter: Letter) -> None:
    """Sending a final letter, or saying that it was sent, is the owner's. Raises PermissionDenied."""
    if needs_owner(letter) and not request.membership.is_owner:
        raise PermissionDenied


def _drafts(business: Business) -> QuerySet[Letter]:
    return Letter.objects.filter(business=business, state=LetterState.DRAFT).order_by("id")


def _approved(letter: Letter, request: HttpRequest, *, stale: bool) -> bool:
    """Whether this person's approval counted: somebody else may have been quicker."""
    try:
        approve(letter=letter, by=request.user, now=timezone.now(), stale=stale)
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
    if {"settlement", "instalment"} & letter.facts.keys():
        # What is agreed is what takes the rest off the list of what to ask for: nothing changed.
        return [(line, Decimal(line["collectable"]), Decimal(line["collectable"])) for line in lines]
    rows = Invoice.objects.filter(business_id=letter.business_id, pk__in=[line["invoice"] for line in lines])
    against = claims([letter.customer_id])
    now = {row.pk: open_invoice(row, against, today).collectable for row in rows}
    return [(line, Decimal(line["collectable"]), now.get(line["invoice"], NOTHING)) for line in lines]


def letter_page(request: HttpRequest, letter: Letter, **filled: Form) -> HttpResponse:
    """The page of one letter; `filled`: forms that were not right, by what they do (cancel, hold, skip)."""
    today = today_of(request)
    asked = _asked(letter, today)
    text, unwritable = _text(letter)
    reminders = list(letter.reminders.filter(withdrawn_on=None).only("decision"))
    forms = {
        "cancel": CancelLetterForm(auto_id="cancel_%s"),
        "hold": HoldLetterForm(auto_id="hold_%s", today=today),
        "skip": SkipLetterForm(auto_id="skip_%s"),
    }
    context = {
        "letter": letter,
        "text": text,
        "unwritable": unwritable,
        "today": today,
        "asked": asked,
        "outdated": letter.state in OPEN and any(was != now for _line, was, now in asked),
        "reasons": [reminder.decision.get("reason", "") for reminder in letter.reminders.only("decision")],
        "forms": forms | filled,
        "is_draft": letter.state == LetterState.DRAFT,
        "is_held": letter.state in OPEN and letter.hold_until is not None and letter.hold_until > today,
        "may_approve": request.membership.is_owner or not needs_owner(letter),
        "may_send": letter.state in SENDABLE,
        "may_hold": letter.state in HOLDABLE,
        "may_skip": letter.state in OPEN and bool(reminders),
        "may_cancel": letter.state in OPEN,
        "may_take_up": may_be_taken_up(letter, today),
        "following": _drafts(request.business).filter(pk__gt=letter.pk).first(),
    }
    return render(request, "reminders/letter_detail.html", context, status=422 if filled else 200)


def listing(today: datetime.date, for_paper: list[int]) -> Listing:
    """The outbox as a list; `for_paper`: the ids of the letters that wait to be printed."""
    held = Q(state__in=HOLDABLE, hold_until__gt=today)
    states = Filter(
        "show",
        lazy("Show"),
        [
            Option("draft", lazy("To approve"), Q(state=LetterState.DRAFT)),
            Option("waiting", lazy("Waits for a call"), Q(state=LetterState.WAITING_FOR_CALL)),
            Option("approved", lazy("Ready to go"), Q(state__in=[LetterState.APPROVED, LetterState.SENDING])),
            Option("print", lazy("To print"), Q(pk__in=for_paper)),
            Option("held", lazy("Held"), held),
            Option("sent", lazy("Sent"), Q(state=LetterState.SENT)),
            Option("failed", lazy("Failed"), Q(state=LetterState.FAILED)),
            Option("unconfirmed", lazy("Not confirmed"), Q(state=LetterState.UNCONFIRMED)),
            Option("cancelled", lazy("Cancelled"), Q(state=LetterState.CANCELLED)),
        ],
        everything=lazy("All"),
        default="draft",
        pills=True,
    )
    return replace(LISTING, filters=[states, CODES])


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
    search=search_in("customer__name", "customer__reference", "subject"),
    hint=lazy("Customer"),
    totals={lazy("Asked for"): "total"},
)
