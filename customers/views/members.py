"""Who belongs to the business: for its owner."""

from smtplib import SMTPException

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers.access import get_row, owner_view
from customers.forms.member import InviteForm, RoleForm
from customers.inviting import send_way_in
from customers.membership import MembershipError, add_member, change_role, remove_member
from customers.models import Membership


@owner_view
def member_list(request: HttpRequest) -> HttpResponse:
    """Everybody who may come in, and the form to invite somebody."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            membership = add_member(business=request.business, actor=request.user, **form.cleaned_data)
        except MembershipError as error:
            form.add_error("email", str(error))
        else:
            _mail(request, membership)
            return redirect("member-list", request.business.slug)
    members = request.business.memberships.select_related("user").order_by("role", "user__email")
    roles = [(one, RoleForm(initial={"role": one.role}, auto_id=f"id_{one.pk}_%s")) for one in members]
    return render(request, "customers/member_list.html", {"members": roles, "form": form})


@owner_view
@require_POST
def member_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Makes a member owner or bookkeeper."""
    membership, form = get_row(request, Membership, pk), RoleForm(request.POST)
    if form.is_valid():
        try:
            change_role(membership=membership, role=form.cleaned_data["role"], actor=request.user)
            messages.success(request, _("The role of %(who)s is changed.") % {"who": membership.user})
        except MembershipError as error:
            messages.error(request, str(error))
    return _back(request)


@owner_view
@require_POST
def member_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Shuts a member out."""
    membership = get_row(request, Membership, pk)
    try:
        remove_member(membership=membership, actor=request.user)
        messages.success(request, _("%(who)s cannot open this business any more.") % {"who": membership.user})
    except MembershipError as error:
        messages.error(request, str(error))
    return _back(request)


@owner_view
@require_POST
def member_remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Sends the way in once more."""
    _mail(request, get_row(request, Membership.objects.select_related("user", "business"), pk))
    return _back(request)


def _mail(request: HttpRequest, membership: Membership) -> None:
    """Mails the way in and says what became of it: the member is one either way."""
    try:
        send_way_in(membership, request.user)
    except OSError as error:
        unreachable = _("no mail server answers. EMAIL_URL says where it is")
        problem = error if isinstance(error, SMTPException) else unreachable
        words = _("%(who)s is a member, but the mail did not leave: %(problem)s. Send it again once mail works.")
        messages.warning(request, words % {"who": membership.user, "problem": problem})
    else:
        messages.success(request, _("An invitation is on its way to %(who)s.") % {"who": membership.user.email})


def _back(request: HttpRequest) -> HttpResponse:
    """To the members; to the chooser for an owner who just gave that up."""
    still = Membership.objects.filter(business=request.business, user=request.user, role="owner").exists()
    return redirect("member-list", request.business.slug) if still else redirect("business-chooser")
