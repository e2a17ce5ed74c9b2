"""Who may see what: every staff view gets its business and its rows from here, or a 404."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from arcollect.reader import reading_in
from customers.models import Business, Membership

M = TypeVar("M", bound=Model)
View = Callable[..., HttpResponse]


def member_view(view: View) -> View:
    """Lets members of the business in the path in: the view gets `request.business` and `request.membership`, others a 404."""
    return login_required(_with_membership(view))


def owner_view(view: View) -> View:
    """As `member_view`, for owners only: a bookkeeper is told plainly (403), a stranger nothing (404)."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.membership.is_owner:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return member_view(guarded)


def get_row(request: HttpRequest, rows: type[M] | QuerySet[M], pk: int) -> M:
    """The row with this id if it belongs to the business of the request, else a 404."""
    return get_object_or_404(rows, pk=pk, business=request.business)


def way_back(request: HttpRequest, name: str, *args: object) -> HttpResponse:
    """To the page `next` names, in the form or in the address, where somebody came from; to the address `name` of the business
    where it names none of this site."""
    there = request.POST.get("next") or request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(there, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return redirect(there)
    return redirect(name, request.business.slug, *args)


def say_undoable(request: HttpRequest, words: str, name: str, *args: object) -> None:
    """Says that something is done, with a button that takes it back: it posts to the address `name` of the business."""
    # `includes/messages.html` makes the button of the tags.
    messages.success(request, words, extra_tags=reverse(name, args=[request.business.slug, *args]))


def _with_membership(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, business: str, *args: Any, **kwargs: Any) -> HttpResponse:
        membership = Membership.objects.select_related("business").filter(user=request.user, business__slug=business).first()
        if membership is None:
            raise Http404
        request.membership = membership
        request.business: Business = membership.business
        with reading_in(request.business.country, request.business.time_zone):
            return view(request, *args, **kwargs)

    return guarded
