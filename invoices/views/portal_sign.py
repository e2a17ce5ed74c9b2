"""Behind the customer's link: read the agreement, sign it, or decline (P05, P20)."""

import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.core.signing import BadSignature, dumps, loads
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from arcollect.visitors import address_of
from customers.models import Document
from invoices.agreement_clauses import Facts
from invoices.agreement_page import party, pay_rows
from invoices.agreements import ticks
from invoices.forms.portal import SignForm
from invoices.models import PaymentPlan, Signature
from invoices.offering import outgrown
from invoices.portal import agreeing_here
from invoices.portal.opening import Portal, acting_view, portal_view
from invoices.portal.schedules import told
from invoices.portal.showing import Shown
from invoices.views.portal_frame import attempt, form_page, go, may_act, shown_by

OPENED = "portal-agreement-opened"
# Who left the page open longer than that sat down to it anew.
SITTING = datetime.timedelta(hours=12)


@portal_view
def portal_sign(request: HttpRequest) -> HttpResponse:
    """The agreement to read, and below it the place to sign: that needs the code, a name, a role, and four ticks."""
    portal, shown = request.portal, shown_by(request)
    plan = to_sign(shown)
    if plan is None:
        return go(request, "portal")
    sent = request.method == "POST"
    asked = [(tick.key, tick.text) for tick in ticks(plan)]
    start = {"document": plan.document.sha256, "opened": _sealed(portal, plan)}
    start |= {"name": portal.link.contact.name if portal.link.contact else ""}
    form = SignForm(request.POST if sent else None, initial=start, ticks=asked)
    problem = ""
    if may_act(request, form):
        given = form.cleaned_data
        act = partial(
            agreeing_here.sign_here,
            portal=portal,
            plan=plan,
            name=given["name"],
            role=given["role"],
            ticks=form.ticked,
            shown_sha256=given["document"],
            opened_at=_opened(given["opened"], portal, plan),
            address=address_of(request),
            user_agent=request.headers.get("User-Agent", "")[:300],
            locale=get_language() or "",
        )
        problem = _outgrown(plan) or attempt(act)
        if not problem:
            return go(request, "portal-done", "signed")
    usable = form if sent or portal.proof or portal.preview else None
    return form_page(request, "sign", usable, shown=shown, problem=problem, plan=plan, **agreement_context(plan))


@portal_view
def portal_agreement(request: HttpRequest) -> HttpResponse:
    """The agreement as PDF: the signed copy with its evidence once there is one, else what is to be signed (T53)."""
    shown = shown_by(request)
    plan = to_sign(shown) or shown.running or next((one for one in shown.plans if one.signed_at), None)
    document = _newest_copy(plan) if plan else None
    if document is None:
        raise Http404
    response = HttpResponse(bytes(document.bytes), content_type=document.content_type)
    response["Content-Disposition"] = content_disposition_header(False, document.name)
    return response


@acting_view
def portal_decline(request: HttpRequest) -> HttpResponse:
    """Asks once, then declines the plan on offer."""
    portal, shown = request.portal, shown_by(request)
    plan = to_sign(shown)
    if plan is None:
        return go(request, "portal")
    problem = ""
    if request.method == "POST":
        problem = attempt(partial(agreeing_here.decline, portal=portal, plan=plan), _("We could not note this as it stands."))
        if not problem:
            return go(request, "portal-done", "declined")
    return form_page(request, "decline", None, shown=shown, problem=problem, plan=plan)


def _sealed(portal: Portal, plan: PaymentPlan) -> str:
    """When this page was opened, for this link and this very agreement: it comes back with the signature (domain.md 6.7)."""
    return dumps([portal.link.pk, plan.document.sha256, portal.now.isoformat()], salt=OPENED)


def _opened(sealed: str, portal: Portal, plan: PaymentPlan) -> datetime.datetime | None:
    """The moment that was sealed; None where it was not by us, for another link or agreement, or on another day."""
    try:
        link, document, at = loads(sealed, salt=OPENED, max_age=SITTING)
    except BadSignature:
        return None
    return datetime.datetime.fromisoformat(at) if (link, document) == (portal.link.pk, plan.document.sha256) else None


def _outgrown(plan: PaymentPlan) -> str:
    """Nobody acknowledges what they do not owe (T31)."""
    words = _("Less is open by now than this agreement says: ask us, and we will offer it anew.")
    return words if outgrown(plan) else ""


def to_sign(shown: Shown) -> PaymentPlan | None:
    """The plan that waits for a signature: the new version of one that runs comes first."""
    plan = shown.successor or shown.offered
    return plan if plan is not None and plan.document_id else None


def agreement_context(plan: PaymentPlan) -> dict[str, Any]:
    """What the agreement says, from its frozen terms, as its PDF says it."""
    facts = Facts(plan.terms)
    payments = [(row.due_on, row.amount) for row in plan.instalments.all()]
    return {
        "words": facts.words,
        "parties": [party(facts, "creditor"), party(facts, "customer")],
        "pay_rows": pay_rows(facts),
        "invoice_rows": [(row["number"], facts.money(row["covered"])) for row in plan.terms["invoices"]],
        "told": told(payments, plan.currency),
        "total": Decimal(plan.terms["total"]),
    }


def _newest_copy(plan: PaymentPlan) -> Document | None:
    signed = Signature.objects.filter(plan=plan).exclude(evidence=None).select_related("evidence").order_by("-id").first()
    if signed is not None:
        return signed.evidence
    return plan.document
