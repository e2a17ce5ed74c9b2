"""An invoice being made, before it goes out: may it, how does it look, and then: issued."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from arcollect.ids import read_id
from customers.access import get_row, member_view
from customers.attachments import AttachmentError
from customers.views.clock import today_of
from invoices.draft_panel import panel_of
from invoices.drafting import DraftError, add_paper, drop_draft, remove_papers, take_up_draft
from invoices.facturx import preview_pdf
from invoices.invoicing import expected_number, issue_draft
from invoices.models import DraftInvoice
from invoices.models.drafting import DraftState
from invoices.paper_facts import due_on, paper_of
from invoices.plan_notices import reach_of
from invoices.preflighting import TickError, check_draft, tick, untick
from invoices.views.drafts import ROWS, sums_of
from invoices.views.issued import send_and_tell


@member_view
def draft_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether it may go out, what is in the way, and how it will look."""
    draft = get_row(request, ROWS, pk)
    if draft.state == DraftState.ISSUED:
        return redirect("invoice-detail", request.business.slug, draft.invoice_id)
    today = today_of(request)
    context = {"draft": draft, "today": today, "sums": sums_of(draft), "due_on": due_on(draft), "papers": draft.attachments.all()}
    context["panel"] = panel_of(draft, today) if draft.state == DraftState.DRAFT else None
    return render(request, "invoices/draft_check.html", context)


@member_view
def draft_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The invoice as it would be printed now, under the number it would get."""
    draft = get_row(request, ROWS, pk)
    pdf = preview_pdf(paper_of(draft, expected_number(request.business, draft.issue_on)))
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, _("preview.pdf"))
    return response


@require_POST
@member_view
def draft_tick(request: HttpRequest, pk: int) -> HttpResponse:
    """Lets a warning pass, or takes that back."""
    draft, today = get_row(request, ROWS, pk), today_of(request)
    if draft.state == DraftState.DRAFT:
        check_draft(draft=draft, on=today)
    check = get_object_or_404(draft.preflight.select_related("business", "draft__customer"), check_id=request.POST.get("check"))
    try:
        if request.POST.get("pass") == "no":
            untick(check=check, actor=request.user)
        else:
            tick(check=check, actor=request.user, on=today)
    except TickError:
        messages.error(request, _("This cannot be let pass: it must be put right."))
    return redirect("draft-check", request.business.slug, draft.pk)


@require_POST
@member_view
def draft_papers(request: HttpRequest, pk: int) -> HttpResponse:
    """Encloses files, such as the proof of delivery, or leaves one out again."""
    draft = get_row(request, ROWS, pk)
    try:
        for upload in request.FILES.getlist("files"):
            add_paper(draft=draft, upload=upload, actor=request.user)
        if gone := request.POST.get("remove", ""):
            remove_papers(draft=draft, papers=draft.attachments.filter(pk=read_id(gone)), actor=request.user)
    except (AttachmentError, DraftError) as problem:
        messages.error(request, str(problem))
    return redirect("draft-check", request.business.slug, draft.pk)


@require_POST
@member_view
def draft_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes it off the list, or takes it up again."""
    draft = get_row(request, ROWS, pk)
    if request.POST.get("back"):
        take_up_draft(draft=draft, actor=request.user)
        return redirect("draft-check", request.business.slug, draft.pk)
    drop_draft(draft=draft, actor=request.user)
    messages.success(request, _("Dropped. It is under “Dropped”, should you want it after all."))
    return redirect("draft-list", request.business.slug)


@member_view
def draft_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once more, then issues it, and sends it where that is wanted."""
    draft = get_row(request, ROWS, pk)
    today = today_of(request)
    if request.method == "POST":
        return _issue(request, draft)
    if draft.state != DraftState.DRAFT or not panel_of(draft, today).ready:
        return redirect("draft-check", request.business.slug, draft.pk)
    context = {"draft": draft, "today": today, "sums": sums_of(draft), "due_on": due_on(draft)}
    context |= {"number": expected_number(request.business, draft.issue_on), "reach": reach_of(draft.customer, today)}
    return render(request, "invoices/draft_issue.html", context)


def _issue(request: HttpRequest, draft: DraftInvoice) -> HttpResponse:
    try:
        invoice = issue_draft(draft=draft, actor=request.user, today=today_of(request))
    except DraftError as problem:
        # A second click finds it issued: that is what was wanted, and the page of the invoice says so.
        if draft.state == DraftState.DRAFT:
            messages.error(request, str(problem))
        return redirect("draft-check", request.business.slug, draft.pk)
    messages.success(request, _("Invoice %(number)s is issued.") % {"number": invoice.number})
    if request.POST.get("send"):
        send_and_tell(request, invoice)
    return redirect("invoice-detail", request.business.slug, invoice.pk)
