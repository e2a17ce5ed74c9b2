"""One call or message: what was said, and everything that came of it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from customers.access import get_row, member_view
from customers.call_texts import reasons_of
from customers.models import Conversation, Task
from customers.views.clock import today_of


@member_view
def conversation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Who spoke with whom, why they have not paid, their answers, and each promise, query, plan, claim, letter and task of it."""
    rows = Conversation.objects.select_related("business", "customer__business", "contact", "task", "by")
    said = get_row(request, rows, pk)
    context = {
        "said": said,
        "customer": said.customer,
        "reason": reasons_of(request.business).get(said.reason),
        "disputes": said.disputes.select_related("invoice"),
        "promises": said.promises.all(),
        "plans": said.plans.all(),
        "claims": said.claims.all(),
        "letters": said.letters.defer("facts", "body"),
        "tasks": Task.objects.filter(business=request.business, subject=f"conversation:{said.pk}").order_by("due_on"),
        "today": today_of(request),
    }
    return render(request, "reminders/conversation_detail.html", context)
