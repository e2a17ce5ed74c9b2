"""A change of the account the business is paid on, until a second person agrees (domain.md PF09)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models.business import Business, User


class AccountChange(models.Model):
    """Other bank details, asked for by one person: they count once another one, who was a member already, has confirmed them.

    `values`: the new ones by field of the Business. `members`: the ids of who may confirm, everybody but who asked; empty where
    they are alone, and then they confirm it themselves a day later.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="account_changes")
    values = models.JSONField()
    members = models.JSONField(default=list)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    dropped_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["business"], condition=Q(confirmed_at=None, dropped_at=None), name="one_open_account_change"
            ),
            models.CheckConstraint(condition=Q(confirmed_at=None) | Q(dropped_at=None), name="account_change_ends_once"),
        ]

    def __str__(self) -> str:
        return str(_("New bank details"))

    @property
    def is_open(self) -> bool:
        """Whether it still waits for somebody."""
        return self.confirmed_at is None and self.dropped_at is None
