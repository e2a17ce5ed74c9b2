"""Behind the link of a satisfaction letter: all is as ordered, something is wrong, or it went to the wrong address (P16)."""

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from invoices.forms.portal_satisfaction import AnswerForm
from invoices.models.portal import SatisfactionAnswer
from invoices.portal import answering
from invoices.portal.opening import portal_view
from invoices.portal.showing import asks_whether_all_is_well
from invoices.views.portal_frame import attempt, form_page, go, shown_by

TITLES = {
    SatisfactionAnswer.FINE: (lazy("Is everything as you ordered it?"), lazy("Yes, all is as ordered")),
    SatisfactionAnswer.WRONG: (lazy("What is not as you expected?"), lazy("Send it to us")),
    SatisfactionAnswer.ADDRESS: (lazy("Where should our invoices go?"), lazy("Send it to us")),
}
LEADS = {
    SatisfactionAnswer.WRONG: lazy("We call you by the next working day and put it right."),
    SatisfactionAnswer.ADDRESS: lazy("We check it with you before we use it."),
}


@portal_view
def portal_satisfaction(request: HttpRequest, answer: str) -> HttpResponse:
    """One of the three answers: looking writes nothing, sending it does. It binds nobody, so it needs no code (T48)."""
    if answer not in SatisfactionAnswer.values:
        raise Http404
    portal, given = request.portal, SatisfactionAnswer(answer)
    if not asks_whether_all_is_well(portal.link):
        return go(request, "portal")
    form = AnswerForm(request.POST if request.method == "POST" else None, answer=given)
    problem = ""
    if form.is_bound and form.is_valid():
        problem = attempt(partial(_keep, request, given, form.cleaned_data["said"]), _("We could not note this as it stands."))
        if not problem:
            return go(request, "portal-done", str(given))
    title, button = TITLES[given]
    lead = LEADS.get(given, "")
    shown = shown_by(request)
    return form_page(request, "act", form, shown=shown, problem=problem, title=title, lead=lead, button=button)


def _keep(request: HttpRequest, given: SatisfactionAnswer, said: str) -> None:
    answering.answer(portal=request.portal, given=given, said=said)
