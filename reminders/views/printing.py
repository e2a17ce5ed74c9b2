"""Letters by post: what waits for paper, and the piles on their way to the post."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from arcollect.ids import read_ids
from customers.access import get_row, member_view
from customers.views.clock import today_of
from reminders.forms.printing import PostedForm
from reminders.models import PaperCopy, PrintRun
from reminders.print_pile import pile
from reminders.printing import (
    PrintError,
    cancel_run,
    mark_posted,
    open_copies,
    outdated,
    print_letters,
    take_out,
    waiting_for_paper,
)

RUNS_SHOWN = 10


@member_view
def letter_print(request: HttpRequest) -> HttpResponse:
    """What waits for paper, and the last print runs; a POST prints everything that waits."""
    now = timezone.now()
    today = request.business.local_date(now)
    if request.method == "POST":
        done = print_letters(business=request.business, by=request.user, today=today, now=now)
        for letter, reason in done.left_out:
            messages.warning(request, _("%(letter)s is not printed: %(reason)s") % {"letter": letter, "reason": reason})
        if done.run is None:
            messages.info(request, _("Nothing to print."))
            return redirect("letter-print", request.business.slug)
        return redirect("letter-run", request.business.slug, done.run.pk)
    context = {
        "today": today,
        "letters": waiting_for_paper(request.business, today),
        "runs": PrintRun.objects.filter(business=request.business).select_related("printed_by", "posted_by")[:RUNS_SHOWN],
    }
    return render(request, "reminders/print_queue.html", context)


@member_view
def letter_run(request: HttpRequest, pk: int) -> HttpResponse:
    """One pile: its PDF, what is in its envelope, what must come out; a POST says which of it is in the post."""
    run = _run(request, pk)
    today = today_of(request)
    form = PostedForm(request.POST or None, initial={"on": today}, printed_on=run.printed_on, today=today)
    if request.method != "POST" or run.posted_on:
        return _page(request, run, form)
    ticked = read_ids(request.POST.getlist("letter"))
    seen = read_ids(request.POST.getlist("seen"))
    surprises = outdated(run, today).keys() & ticked - seen
    if not ticked:
        form.add_error(None, _("Tick what is in its envelope."))
    if surprises:
        form.add_error(None, _("Something changed meanwhile: take what is marked out of the post, then mark again."))
    if not form.is_valid():
        return _page(request, run, form, ticked - surprises)
    return _mark(request, run, ticked, form)


@member_view
def letter_run_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole pile as one PDF with its list in front; `duplex` in the address begins each letter on a new sheet."""
    run = _run(request, pk)
    letters = [copy.letter for copy in run.copies.select_related("letter__customer").filter(taken_out="").order_by("letter_id")]
    if not letters:
        return redirect("letter-run", request.business.slug, pk)
    response = HttpResponse(pile(run, letters, duplex="duplex" in request.GET), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="letters-{run.printed_on.isoformat()}-{run.pk}.pdf"'
    return response


@require_POST
@member_view
def letter_run_take_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes one letter out of an open pile."""
    copy = get_row(request, PaperCopy.objects.select_related("letter__business", "letter__customer", "run", "business"), pk)
    if copy.run is None:
        raise Http404
    run = copy.run
    try:
        reason = take_out(copy=copy, by=request.user, today=today_of(request))
    except PrintError as problem:
        messages.error(request, str(problem))
    else:
        told = _("Taken out and not sent: %(reason)s") if reason else _("Taken out. It waits for paper again.")
        messages.success(request, told % {"reason": reason} if reason else told)
    return redirect("letter-run", request.business.slug, run.pk)


@member_view
def letter_run_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Undoes a pile of which nothing was posted; asks first."""
    run = _run(request, pk)
    if request.method == "POST":
        try:
            count = cancel_run(run=run, by=request.user, today=today_of(request))
        except PrintError as problem:
            messages.error(request, str(problem))
            return redirect("letter-run", request.business.slug, pk)
        words = ngettext("%(n)d letter waits for paper again.", "%(n)d letters wait for paper again.", count)
        messages.success(request, words % {"n": count})
        return redirect("letter-print", request.business.slug)
    return render(request, "reminders/print_cancel.html", {"run": run, "copies": open_copies(run)})


def _run(request: HttpRequest, pk: int) -> PrintRun:
    return get_row(request, PrintRun.objects.select_related("business", "printed_by", "posted_by"), pk)


def _mark(request: HttpRequest, run: PrintRun, ticked: set[int], form: PostedForm) -> HttpResponse:
    now = timezone.now()
    today = request.business.local_date(now)
    try:
        count = mark_posted(run=run, letters=ticked, on=form.cleaned_data["on"], by=request.user, today=today, now=now)
    except PrintError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, ngettext("%(n)d letter is sent.", "%(n)d letters are sent.", count) % {"n": count})
    return redirect("letter-run", request.business.slug, run.pk)


def _page(request: HttpRequest, run: PrintRun, form: PostedForm, ticked: set[int] | None = None) -> HttpResponse:
    today = today_of(request)
    stale = {} if run.posted_on else outdated(run, today)
    copies = run.copies.select_related("letter__customer").order_by("letter_id")
    context = {
        "run": run,
        "today": today,
        "form": form,
        "rows": [(copy, stale.get(copy.pk, ""), copy.pk in (ticked or ())) for copy in copies if not copy.taken_out],
        "taken_out": [copy for copy in copies if copy.taken_out],
        "stale": stale,
    }
    return render(request, "reminders/print_run.html", context, status=422 if form.is_bound and form.errors else 200)
