"""A message of nobody we know, given to the customer it is from."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from customers.access import get_row, member_view
from customers.models import Task
from reminders.forms.mail import GiveMailForm
from reminders.giving_mail import MailError, candidates, give_mail, homeless, mail_of


@member_view
def task_customer(request: HttpRequest, pk: int) -> HttpResponse:
    """What they wrote, whom it may be from, and a search for everybody else."""
    task = get_row(request, Task.objects.select_related("business"), pk)
    if not homeless(request.business).filter(pk=pk).exists():
        return redirect("task-detail", request.business.slug, pk)
    mail, words = mail_of(task), request.GET.get("q", "").strip()
    shown = candidates(mail, words) if mail else []
    form = GiveMailForm(request.POST or None, business=request.business, shown=shown)
    if request.method == "POST" and form.is_valid():
        try:
            said = give_mail(task=task, by=request.user, **form.cleaned_data)
        except MailError as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("It is on the timeline of %(customer)s.") % {"customer": said.customer})
            return redirect("task-detail", request.business.slug, task.pk)
    context = {"task": task, "mail": mail, "form": form, "shown": shown, "words": words}
    return render(request, "reminders/mail_give.html", context, status=422 if form.is_bound else 200)
