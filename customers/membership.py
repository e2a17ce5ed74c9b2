"""Writes who belongs to a business. It always keeps an owner."""

from django.db import transaction
from django.utils.translation import gettext as _

from customers import log
from customers.models import Business, Membership, User
from customers.models.business import Role


class MembershipError(ValueError):
    """The change is not possible; the message says why, for people."""


@transaction.atomic
def add_member(*, business: Business, email: str, role: str, actor: User | None = None) -> Membership:
    """Lets somebody in by e-mail address, as a new person where nobody has it yet. Raises MembershipError for a member."""
    Business.objects.select_for_update().get(pk=business.pk)
    user = User.objects.filter(email__iexact=email).first() or User.objects.create_user(email)
    if Membership.objects.filter(business=business, user=user).exists():
        raise MembershipError(_("%(email)s is a member already.") % {"email": email})
    membership = Membership.objects.create(business=business, user=user, role=role)
    log.record(business, "member.added", f"user:{user.pk}", actor=actor, role=role)
    return membership


@transaction.atomic
def change_role(*, membership: Membership, role: str, actor: User) -> None:
    """Makes a member owner or bookkeeper. Raises MembershipError where no owner would be left."""
    locked = _locked(membership)
    if locked.role == role:
        return
    _keep_an_owner(locked)
    before, locked.role = locked.role, role
    locked.save(update_fields=["role"])
    log.record(locked.business, "member.role_changed", f"user:{locked.user_id}", actor=actor, before=before, after=role)


@transaction.atomic
def remove_member(*, membership: Membership, actor: User) -> None:
    """Shuts somebody out of the business, at once; what they did stays theirs. Raises MembershipError for the last owner."""
    locked = _locked(membership)
    _keep_an_owner(locked)
    log.record(locked.business, "member.removed", f"user:{locked.user_id}", actor=actor, role=locked.role)
    locked.delete()


def _locked(membership: Membership) -> Membership:
    """The membership as it is now, with its business locked: two owners cannot remove each other at the same moment."""
    Business.objects.select_for_update().get(pk=membership.business_id)
    return Membership.objects.select_related("business").get(pk=membership.pk)


def _keep_an_owner(membership: Membership) -> None:
    others = Membership.objects.filter(business=membership.business, role=Role.OWNER).exclude(pk=membership.pk)
    if membership.is_owner and not others.exists():
        raise MembershipError(_("A business needs an owner: make somebody else owner first."))
