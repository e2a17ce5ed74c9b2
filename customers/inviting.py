"""Hands a new member the way in, by mail."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from arcollect.mail import send_invitation, send_welcome
from customers.models import Membership, User


def password_link(user: User) -> str:
    """The address where this person sets a password: good until it is used, or PASSWORD_RESET_TIMEOUT is over."""
    key = default_token_generator.make_token(user)
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    return f"{settings.BASE_URL}{path}"


def send_way_in(membership: Membership, inviter: User) -> None:
    """To somebody without a password the link to set one, to others the address of the business. Raises OSError."""
    user, business = membership.user, membership.business
    words = {"to": user.email, "business": business.name, "inviter": str(inviter), "reply_to": inviter.email}
    if user.has_usable_password():
        send_welcome(**words, link=f"{settings.BASE_URL}{reverse('dashboard', args=[business.slug])}")
    else:
        send_invitation(**words, link=password_link(user), days=settings.PASSWORD_RESET_TIMEOUT // 86400)
