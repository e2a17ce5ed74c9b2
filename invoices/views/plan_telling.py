"""Tells the customer what was decided about a plan, where the person who decided wants it so, and says what became of that."""

import datetime

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from invoices.models import PaymentPlan
from invoices.plan_notices import News, tell


def tell_them(request: HttpRequest, plan: PaymentPlan, news: News, today: datetime.date, words: str = "") -> None:
    """After the act was committed; nothing where "Tell them by e-mail" was not ticked."""
    if request.POST.get("tell") != "yes":
        return
    reach = tell(plan=plan, news=news, today=today, actor=request.user, words=words)
    if reach.contact is None:
        messages.warning(request, reach.why + " " + _("They do not know of it yet: ring them, or make a link."))
    else:
        messages.success(request, _("%(address)s was told by e-mail.") % {"address": reach.contact.email})
