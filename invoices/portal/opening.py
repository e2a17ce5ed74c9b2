"""Opens the customer's link: every page behind it goes through here, or shows nothing (T48 to T52).

Wrong, malformed and revoked tokens get the same page. What changes something needs POST, and a code given before.
"""

import datetime
import hmac
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from arcollect.phones import show_phone
from arcollect.reader import reading_in
from arcollect.visitors import address_of, household_of
from customers.models import Business, Customer, Membership
from invoices.agreement_words import language_for
from invoices.models import PortalCode, PortalLink
from invoices.portal.limiting import GUESSES, PAGES, Limit
from invoices.portal.tokens import hash_of, previewed

View = Callable[..., HttpResponse]

PROOF_COOKIE = "portal"
PROOF_SALT = "portal-proof"
POLICY = {
    "default-src": [NONE],
    "style-src": [SELF],
    "script-src": [SELF],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}
# Where to go on to after the code: a page of this link, never another site.
WAY_ON = re.compile(r"[a-z0-9_-]+(/[a-z0-9_-]+)*/")


@dataclass(frozen=True, slots=True)
class Portal:
    """What a page behind the link knows. `proof`: the code its visitor gave, None where they gave none, or it is too long ago.

    `preview`: a member of the business looks as the customer would; nothing can be done, and nothing counts as seen (T52).
    """

    link: PortalLink
    business: Business
    customer: Customer
    today: datetime.date
    now: datetime.datetime
    proof: PortalCode | None
    preview: bool
    token: str


def portal_view(view: View) -> View:
    """Lets in whoever has the link, after the code where the owner asks for it to look: the view gets `request.portal`."""
    return _guarded(view)


def acting_view(view: View) -> View:
    """As `portal_view`, for what binds: who has not given the code is sent to do so, and comes back."""
    return _guarded(view, acts=True)


def entry_view(view: View) -> View:
    """As `portal_view`, for the pages at which the code is asked for: they show nothing of the account."""
    return _guarded(view, enters=True)


# The token is the authority and no session is used, so there is nothing to forge: what acts needs a cookie as well, which a
# browser does not send along from another site (SameSite), and under `no-referrer` names no origin that could be checked.
def _guarded(view: View, *, acts: bool = False, enters: bool = False) -> View:
    @csrf_exempt
    @csp_replace(POLICY)
    @never_cache
    @_closed
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def guarded(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        visitor = household_of(address_of(request))
        if GUESSES.reached(visitor):
            return _slow_down(GUESSES)
        link = _link_of(request, token)
        if link is None:
            GUESSES.spend(visitor)
            return _nothing(request)
        with _speaking_to(link):
            try:
                response = _answer(request, link, token, acts, enters) or view(request, *args, **kwargs)
            except Http404:
                response = _nothing(request)
            response["Content-Language"] = translation.get_language()
            return response

    return guarded


def _answer(request: HttpRequest, link: PortalLink, token: str, acts: bool, enters: bool) -> HttpResponse | None:
    """What stands between this visitor and the page, or None; then `request.portal` is set."""
    now = timezone.now()
    portal = _portal(request, link, token, now)
    if link.expires_on < portal.today:
        return render(request, "portal/expired.html", {"creditor": link.business, "phone": _phone(link)}, status=410)
    if PAGES.reached(link.token_hash):
        return _slow_down(PAGES)
    PAGES.spend(link.token_hash)
    request.portal = portal
    if portal.preview and request.method == "POST":
        return render(request, "portal/preview.html", {"creditor": link.business}, status=403)
    if not enters and not portal.preview and portal.proof is None and (acts or link.code_to_view):
        return _to_the_code(request, token)
    return None


def _link_of(request: HttpRequest, token: str) -> PortalLink | None:
    """The link this token opens now; None for one that is wrong, malformed or revoked, or a preview by a stranger."""
    rows = PortalLink.objects.select_related("business__logo", "customer__business", "plan", "settlement", "contact")
    looked_at = previewed(token)
    if looked_at is not None:
        link = rows.filter(pk=looked_at, revoked_at=None).first()
        return link if link is not None and _is_member(request, link) else None
    digest = hash_of(token)
    link = rows.filter(token_hash=digest).first()
    if link is None or not hmac.compare_digest(link.token_hash, digest) or link.revoked_at is not None:
        return None
    return link


def _portal(request: HttpRequest, link: PortalLink, token: str, now: datetime.datetime) -> Portal:
    preview = previewed(token) is not None or ("preview" in request.GET and _is_member(request, link))
    return Portal(
        link=link,
        business=link.business,
        customer=link.customer,
        today=link.business.local_date(now),
        now=now,
        proof=None if preview else _proof_of(request, link, now),
        preview=preview,
        token=token,
    )


def _is_member(request: HttpRequest, link: PortalLink) -> bool:
    user = request.user
    return user.is_authenticated and Membership.objects.filter(user=user, business=link.business_id).exists()


def _proof_of(request: HttpRequest, link: PortalLink, now: datetime.datetime) -> PortalCode | None:
    """The confirmed code this browser holds for this link, while it counts."""
    try:
        number = Signer(salt=PROOF_SALT).unsign(request.COOKIES.get(PROOF_COOKIE, ""))
    except BadSignature:
        return None
    since = now - acting_time(link.business)
    return PortalCode.objects.filter(pk=number, link=link, confirmed_at__gt=since).first()


def give_proof(response: HttpResponse, portal: Portal, code: PortalCode) -> None:
    """Lets this browser act through this link for a while, and through no other."""
    response.set_cookie(
        PROOF_COOKIE,
        Signer(salt=PROOF_SALT).sign(str(code.pk)),
        max_age=acting_time(portal.business),
        path=reverse("portal", args=[portal.token]),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Strict",
    )


def acting_time(business: Business) -> datetime.timedelta:
    """How long a confirmed code counts."""
    return datetime.timedelta(minutes=business.rules["portal"]["acting_minutes"])


def wanted(request: HttpRequest) -> str:
    """Where the visitor was going when the code was asked for, below the link's own address; "" for its first page."""
    asked = request.POST.get("to") or request.GET.get("to") or ""
    return asked if WAY_ON.fullmatch(asked) else ""


def way_on(request: HttpRequest, token: str) -> str:
    """The address of the page the visitor was going to."""
    return reverse("portal", args=[token]) + wanted(request)


def _to_the_code(request: HttpRequest, token: str) -> HttpResponse:
    going = request.path.removeprefix(reverse("portal", args=[token]))
    return HttpResponseRedirect(reverse("portal-code", args=[token]) + (f"?to={going}" if WAY_ON.fullmatch(going) else ""))


def _nothing(request: HttpRequest) -> HttpResponse:
    """The same bytes for a token that is wrong, malformed or revoked: nobody learns which, nor whose it was."""
    return render(request, "portal/nothing.html", status=404)


@lru_cache(maxsize=16)
def _wait_page(_language: str) -> str:
    """Made once: whoever asks too much must not cost us a page each time."""
    return render_to_string("portal/slow_down.html")


def _slow_down(limit: Limit) -> HttpResponse:
    response = HttpResponse(_wait_page(translation.get_language()), status=429)
    response["Retry-After"] = str(limit.seconds)
    return response


def _phone(link: PortalLink) -> str:
    return show_phone(link.business.phone, link.business.country)


@contextmanager
def _speaking_to(link: PortalLink) -> Iterator[None]:
    """In the customer's language, dates as they write them where they are, hours as the business has them."""
    business, customer = link.business, link.customer
    language = language_for(customer.language or business.language)
    with translation.override(language), reading_in(customer.country or business.country, business.time_zone):
        yield


def _closed(view: View) -> View:
    """Kept out of search engines, other sites' logs, frames, and every cache on the way."""

    @wraps(view)
    def closed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        # Whether a cookie was looked at says something about the token.
        patch_vary_headers(response, ["Cookie"])
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Frame-Options"] = "DENY"
        response["X-Content-Type-Options"] = "nosniff"
        return response

    return closed
