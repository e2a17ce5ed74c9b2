"""The creditor and the people who work for it."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arcollect.addresses import address_lines
from arcollect.dates import Calendar, calendar_of, closing_days
from arcollect.defaults import merged


class UserManager(BaseUserManager["User"]):
    """Creates people by their e-mail address: there are no user names."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person who can log in with `email`; without a password only after a reset."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """As `create_user`: arcollect knows roles in a business only, so a superuser sees nothing more."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person who logs in; what they may do depends on their Membership of each business."""

    username = None
    email = models.EmailField(_("e-mail address"), unique=True)
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []
    objects = UserManager()

    def __str__(self) -> str:
        return self.get_full_name() or self.email


class Business(models.Model):
    """The creditor: the tenant every other row belongs to."""

    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(unique=True, max_length=60)
    legal_name = models.CharField(_("legal name"), max_length=200, blank=True)
    street = models.CharField(_("street"), max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    region = models.CharField(_("state or region"), max_length=50, blank=True)
    country = models.CharField(_("country"), max_length=2, default="US")
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    language = models.CharField(_("language"), max_length=10, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.URLField(_("website"), blank=True)
    tax_id = models.CharField(_("tax id"), max_length=50, blank=True)
    registration = models.CharField(_("register entry"), max_length=100, blank=True)
    logo = models.ForeignKey("customers.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    account_holder = models.CharField(_("account holder"), max_length=100, blank=True)
    bank_name = models.CharField(_("bank"), max_length=100, blank=True)
    iban = models.CharField(_("IBAN"), max_length=34, blank=True)
    bic = models.CharField(_("BIC"), max_length=11, blank=True)
    account_details = models.TextField(_("other bank details"), blank=True, help_text=_("One per line, as on your letters."))
    payment_link = models.CharField(
        _("payment link"), max_length=500, blank=True, help_text=_("May contain {amount}, {currency} and {reference}.")
    )
    terms_days = models.PositiveSmallIntegerField(_("usual terms in days"), default=30)
    terms_text = models.TextField(_("terms and conditions"), blank=True)
    signatory = models.CharField(_("letters are signed by"), max_length=100, blank=True)
    signatory_role = models.CharField(_("role of the signer"), max_length=100, blank=True)
    signatory_phone = models.CharField(_("direct line of the signer"), max_length=32, blank=True)
    released_on = models.DateField(
        _("live since"), null=True, blank=True, help_text=_("Nothing fires before the owner has released the ledger.")
    )
    settings = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "businesses"

    def __str__(self) -> str:
        return self.name

    @property
    def address_lines(self) -> list[str]:
        """The address as its country writes it."""
        return address_lines(self.street, self.city, self.postal_code, self.region, self.country)

    @property
    def rules(self) -> dict[str, Any]:
        """The settings of domain.md 11 with this business's own values over the defaults."""
        return merged(self.settings)

    @property
    def calendar(self) -> Calendar:
        """The days that are business days where the business is."""
        rules = self.rules
        return calendar_of(rules["weekend"], [(self.country, self.region)], closing_days(rules["closing_days"]))

    def local_date(self, now: datetime.datetime) -> datetime.date:
        """The calendar day `now` (aware) falls on where the business is (T39)."""
        return now.astimezone(ZoneInfo(self.time_zone)).date()


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    BOOKKEEPER = "bookkeeper", _("Bookkeeper")


class Membership(models.Model):
    """Lets a person into a business, as its owner or as its bookkeeper."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    weekly_summary = models.BooleanField(_("weekly summary by e-mail"), default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "user"], name="one_membership_a_person"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"

    @property
    def is_owner(self) -> bool:
        return self.role == Role.OWNER
