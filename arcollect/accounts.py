"""How people get in: by invitation of an owner, never by signing up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignup(DefaultAccountAdapter):
    """Closes allauth's sign-up page: members are invited from the settings of a business."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
