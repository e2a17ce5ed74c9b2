"""After the log-in: which business?"""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render


@login_required
def choose_business(request: HttpRequest) -> HttpResponse:
    """The businesses this person works for; straight into the only one."""
    memberships = list(request.user.memberships.select_related("business").order_by("business__name"))
    if len(memberships) == 1:
        return redirect("dashboard", memberships[0].business.slug)
    return render(request, "customers/business_chooser.html", {"memberships": memberships})
