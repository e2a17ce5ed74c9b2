"""The page behind the link in a mail that stops the e-mails: no log-in, nothing of the account on it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from arcollect.phones import show_phone
from reminders.stopping import contact_of, resume_mail, stop_mail

ONE_CLICK = "One-Click"


# The token is the authority and no session is used, so there is nothing to forge; a mail program's one click (RFC 8058)
# has no cookie, and under `no-referrer` a browser names no origin that could be checked.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mail_stop(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what can be done and changes nothing; POST stops the e-mails, or with `again` lets them come."""
    contact = contact_of(token)
    if contact is None:
        raise Http404
    if request.method == "POST":
        if "again" in request.POST:
            resume_mail(contact=contact)
        else:
            stop_mail(contact=contact, today=contact.business.local_date(timezone.now()))
        one_click = request.POST.get("List-Unsubscribe") == ONE_CLICK
        return _closed(HttpResponse(status=200) if one_click else redirect("mail-stop", token))
    creditor = contact.business
    context = {"contact": contact, "creditor": creditor, "phone": show_phone(creditor.phone, creditor.country)}
    return _closed(render(request, "reminders/mail_stop.html", context))


def _closed(response: HttpResponse) -> HttpResponse:
    """Kept out of search engines, and the token out of other sites' logs."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
