"""Folders that are looked into by themselves: what came in, what was refused and why; the owner adds, changes, removes them."""

import datetime

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers.access import get_row, member_view, owner_view
from customers.views.clock import today_of
from invoices.forms.syncing import ReadAsForm, SourceForm
from invoices.models import SyncSource
from invoices.sync_sources import SourceError, add_source, change_source, remove_source, switch_source


@member_view
def sync_list(request: HttpRequest) -> HttpResponse:
    """Every folder with its last look."""
    sources = SyncSource.objects.filter(business=request.business)
    return render(request, "invoices/sync_list.html", {"sources": sources, "place": _place(request)})


@member_view
def sync_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What came from a folder lately, and what was refused and why."""
    source = get_row(request, SyncSource, pk)
    files = [file | {"at": datetime.datetime.fromisoformat(file["at"])} for file in source.report.get("files", [])]
    return render(request, "invoices/sync_detail.html", {"source": source, "files": files, "place": _place(request)})


@owner_view
def sync_add(request: HttpRequest) -> HttpResponse:
    """A folder more."""
    form = SourceForm(request.POST or None, business=request.business)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("kind", "folder")}
        try:
            source = add_source(business=request.business, layout=form.layout(), actor=request.user, **values)
        except SourceError as problem:
            form.add_error("folder", str(problem))
        else:
            messages.success(request, _("From now on this folder is looked into every minute."))
            return redirect("sync-detail", request.business.slug, source.pk)
    return render(request, "invoices/sync_form.html", {"form": form, "place": _place(request)})


@owner_view
def sync_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Reads a folder's files in another way."""
    source = get_row(request, SyncSource.objects.select_related("business"), pk)
    form = ReadAsForm(request.POST or None, business=request.business, kind=source.kind, layout=source.layout)
    if request.method == "POST" and form.is_valid():
        change_source(source=source, layout=form.layout(), actor=request.user)
        messages.success(request, _("The next file is read so."))
        return redirect("sync-detail", request.business.slug, source.pk)
    return render(request, "invoices/sync_form.html", {"form": form, "source": source, "place": _place(request)})


@owner_view
@require_POST
def sync_switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Looks into a folder, or no longer."""
    source = get_row(request, SyncSource.objects.select_related("business"), pk)
    active = request.POST.get("active") == "yes"
    switch_source(source=source, active=active, actor=request.user)
    messages.success(request, _("Switched on.") if active else _("Switched off. What lies in the folder stays."))
    return redirect("sync-detail", request.business.slug, source.pk)


@owner_view
@require_POST
def sync_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Forgets a folder; nothing in it is deleted."""
    source = get_row(request, SyncSource.objects.select_related("business"), pk)
    remove_source(source=source, on=today_of(request), actor=request.user)
    messages.success(request, _("Removed. Its files stay where they are: add the folder again to go on."))
    return redirect("sync-list", request.business.slug)


def _place(request: HttpRequest) -> str:
    return f"{settings.MEDIA_ROOT}/sync/{request.business.slug}/"
