"""The words of calls: the owner's own reasons and scripts, in versions."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from customers.access import get_row, owner_view
from customers.call_texts import call_text_of, reset_call_text, save_call_text, script_codes, shipped_text
from customers.models import CallText
from customers.reasons import TONES, Anchor, shipped_reasons
from reminders.call_wording import fields, preview
from reminders.forms.call_texts import LABELS, ReasonForm, ScriptForm

ANCHORS = {
    Anchor.CALL: lazy("after the call"),
    Anchor.PROMISE: lazy("after the promised day"),
    Anchor.NAMED: lazy("after the day they name"),
    Anchor.AGREED: lazy("as agreed"),
}
SYNTAX = lazy(
    "Write {{ sum }} and the script says the sum. Words between {% if sum %} and {% endif %} stand there only where the field "
    "holds something."
)


@owner_view
def call_text_list(request: HttpRequest) -> HttpResponse:
    """Every reason with its tone, follow-up and limit, and every script: ours, or the business's own."""
    own = {row.code: row for row in _own(request).filter(current=True)}
    reasons = [(code, _told(code, _now(request, code, own)), own.get(code)) for code in sorted(shipped_reasons())]
    scripts = [(code, _now(request, code, own)["name"], own.get(code)) for code in script_codes()]
    return render(request, "reminders/call_text_list.html", {"reasons": reasons, "scripts": scripts, "tones": TONES})


@owner_view
def call_text_edit(request: HttpRequest, code: str) -> HttpResponse:
    """The editor of one reason or script: saves a new version."""
    values = _known(request, code)
    kind = ReasonForm if code in shipped_reasons() else ScriptForm
    form = kind(request.POST or None, code=code, values=values, company=request.business.name)
    if request.method == "POST" and form.is_valid():
        save_call_text(business=request.business, code=code, values=form.cleaned_data, actor=request.user)
        messages.success(request, _("Saved. The next call says so."))
        return redirect("calltext-edit", request.business.slug, code)
    context = _named(request, code, values) | {"form": form}
    if kind is ScriptForm:
        context |= {"fields": fields(request.business.name), "syntax": SYNTAX, "said": preview(values, request.business.name)}
    return render(request, "reminders/call_text_edit.html", context, status=422 if form.is_bound else 200)


@owner_view
def call_text_history(request: HttpRequest, code: str) -> HttpResponse:
    """The versions of one reason or script, newest first."""
    values = _known(request, code)
    versions = _own(request).filter(code=code).select_related("saved_by").order_by("-version")
    return render(request, "reminders/call_text_history.html", _named(request, code, values) | {"versions": versions})


@owner_view
def call_text_version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version to read; a POST makes it count again, as a new version."""
    row = get_row(request, CallText.objects.select_related("saved_by"), pk)
    if request.method == "POST":
        save_call_text(business=request.business, code=row.code, values=row.values, actor=request.user)
        messages.success(request, _("Version %(version)s counts again.") % {"version": row.version})
        return redirect("calltext-edit", request.business.slug, row.code)
    context = _named(request, row.code, _known(request, row.code)) | {"version": row, "parts": _parts(row.code, row.values)}
    return render(request, "reminders/call_text_version.html", context)


@owner_view
@require_POST
def call_text_reset(request: HttpRequest, code: str) -> HttpResponse:
    """Goes back to the words we ship; the own versions stay and can be restored."""
    _known(request, code)
    if reset_call_text(business=request.business, code=code, actor=request.user):
        messages.success(request, _("Our words are used again. Your versions are kept: restore one to undo this."))
    return redirect("calltext-history", request.business.slug, code)


def _own(request: HttpRequest) -> QuerySet[CallText]:
    return CallText.objects.filter(business=request.business, language=request.business.language)


def _now(request: HttpRequest, code: str, own: dict[str, CallText]) -> dict[str, Any]:
    shipped = shipped_text(code, request.business.language)
    return shipped | own[code].values if code in own else shipped


def _told(code: str, values: dict[str, Any]) -> dict[str, Any]:
    """A reason with the day it is looked at again, in words."""
    days, known = values["follow_up"], shipped_reasons()[code]
    if known.anchor == Anchor.AGREED:
        return values | {"looked_at": ANCHORS[Anchor.AGREED]}
    if days < 0:
        words = ngettext("%(days)s business day before it", "%(days)s business days before it", -days)
    elif days == 0:
        words = _("on that day")
    else:
        words = ngettext("%(days)s business day %(anchor)s", "%(days)s business days %(anchor)s", days)
    return values | {"looked_at": words % {"days": abs(days), "anchor": ANCHORS[known.anchor]}}


def _known(request: HttpRequest, code: str) -> dict[str, Any]:
    """What the business says now; 404 for a code there is not."""
    try:
        return call_text_of(request.business, code)
    except KeyError:
        raise Http404 from None


def _named(request: HttpRequest, code: str, values: dict[str, Any]) -> dict[str, Any]:
    current = _own(request).filter(code=code, current=True).select_related("saved_by").first()
    return {"code": code, "name": values.get("label") or values["name"], "current": current}


def _parts(code: str, values: dict[str, Any]) -> list[tuple[str, Any]]:
    """(what a part is called, its words) of a version."""
    labels = {name: field.label for name, field in ReasonForm.base_fields.items()} if code in shipped_reasons() else LABELS
    return [(labels.get(name, name), "\n".join(part) if isinstance(part, list) else part) for name, part in values.items()]
