"""What people do with one letter by hand: send it now, hold it, leave its step out, say what became of it."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from customers.access import member_view
from customers.models import Letter
from customers.models.letter import LetterState
from customers.views.clock import today_of
from reminders.delivery import send_now
from reminders.forms.letter import HoldLetterForm, SkipLetterForm
from reminders.outbox import OutboxError, approve, hold, let_go, take_up
from reminders.skipping import SkipError, skip_reminder
from reminders.smtp import MailServer
from reminders.unconfirmed import arrived, did_not_arrive, forget
from reminders.views.letters import SENDABLE, letter_page, only_if_allowed, wanted_letter

# What a person may have found out: what the address names, the question, what happens, and what is said then.
FOUND_OUT = {
    "arrived": (
        lazy("Did it arrive?"),
        lazy("The letter counts as sent from the moment it was handed over. Nothing goes out again."),
        lazy("Yes, it arrived"),
        lazy("Noted: it was sent."),
    ),
    "missing": (
        lazy("Did it not arrive?"),
        lazy("The letter is sent once more with the next delivery, if what it says is still true."),
        lazy("No, send it again"),
        lazy("It goes out with the next delivery."),
    ),
    "forget": (
        lazy("Leave it at that?"),
        lazy("Nobody looks for it and nothing is sent again. Its step counts as taken; the next one comes in its time."),
        lazy("Leave it at that"),
        lazy("Left at that. The next step comes in its time."),
    ),
}


@member_view
def letter_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Sends one letter in this request, after asking. What keeps it back now only the owner may set aside."""
    letter = wanted_letter(request, pk)
    only_if_allowed(request, letter)
    if letter.state not in SENDABLE:
        messages.error(request, _("Only a letter that waits for approval or is approved can be sent now."))
        return redirect("letter-detail", request.business.slug, pk)
    if request.method != "POST":
        return render(request, "reminders/letter_send.html", {"letter": letter, "is_draft": letter.state == LetterState.DRAFT})
    override = "override" in request.POST
    if override and not request.membership.is_owner:
        raise PermissionDenied
    said = _send(request, letter, override=override)
    letter = wanted_letter(request, pk)
    if letter.state == LetterState.APPROVED:
        return render(request, "reminders/letter_send.html", {"letter": letter, "kept_back": said}, status=409)
    tell = messages.success if letter.state == LetterState.SENT else messages.warning
    tell(request, said)
    return redirect("letter-detail", request.business.slug, pk)


@require_POST
@member_view
def letter_hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Keeps a letter back until a day, with the reason."""
    letter = wanted_letter(request, pk)
    form = HoldLetterForm(request.POST, auto_id="hold_%s", today=today_of(request))
    if not form.is_valid():
        return letter_page(request, letter, hold=form)
    return _done(request, letter, partial(hold, letter=letter, by=request.user, **form.cleaned_data), _("Held."))


@require_POST
@member_view
def letter_let_go(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a hold before its day."""
    letter = wanted_letter(request, pk)
    return _done(request, letter, partial(let_go, letter=letter, by=request.user), _("No longer held."))


@require_POST
@member_view
def letter_skip(request: HttpRequest, pk: int) -> HttpResponse:
    """Leaves out the step a letter belongs to, with the reason: letter and call are cancelled."""
    letter = wanted_letter(request, pk)
    form = SkipLetterForm(request.POST, auto_id="skip_%s")
    if not form.is_valid():
        return letter_page(request, letter, skip=form)
    reminder = letter.reminders.filter(withdrawn_on=None, skipped_reason="").select_related("business", "customer").first()
    if reminder is None:
        raise Http404
    today = today_of(request)
    skip = partial(skip_reminder, reminder=reminder, by=request.user, today=today, **form.cleaned_data)
    return _done(request, letter, skip, _("Left out. It can be taken after all from the customer's page."))


@require_POST
@member_view
def letter_take_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts a letter cancelled today back where it waited."""
    letter = wanted_letter(request, pk)
    today = today_of(request)
    return _done(request, letter, partial(take_up, letter=letter, by=request.user, on=today), _("Taken up again."))


@member_view
def letter_settle(request: HttpRequest, pk: int, found: str) -> HttpResponse:
    """What somebody found out about a letter whose hand-over broke off; asks before it believes it."""
    letter = wanted_letter(request, pk)
    only_if_allowed(request, letter)
    question, follows, button, said = FOUND_OUT[found]
    if request.method == "POST":
        writers = {"arrived": partial(arrived, now=timezone.now()), "missing": did_not_arrive, "forget": forget}
        return _done(request, letter, partial(writers[found], letter=letter, by=request.user), said)
    context = {"letter": letter, "question": question, "follows": follows, "button": button}
    return render(request, "reminders/letter_settle.html", context)


def _send(request: HttpRequest, letter: Letter, *, override: bool) -> str:
    """Approves the letter where that is still to do and hands it over; what came of it, as a sentence."""
    now = timezone.now()
    try:
        if letter.state == LetterState.DRAFT:
            approve(letter=letter, by=request.user, now=now)
        letter.refresh_from_db()
    except OutboxError as problem:
        return str(problem)
    today = request.business.local_date(now)
    return send_now(letter, MailServer(), today=today, now=now, override=override, by=request.user)


def _done(request: HttpRequest, letter: Letter, write: Callable[[], object], said: object) -> HttpResponse:
    """Does it, or says why not; back to the letter either way."""
    try:
        write()
    except (OutboxError, SkipError) as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, str(said))
    return redirect("letter-detail", request.business.slug, letter.pk)
