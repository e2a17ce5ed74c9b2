"""What a customer said that can be checked, the papers that show it, and the words a business asks with."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from customers.models.business import Business, User
from customers.models.customer import Customer
from customers.models.desk import Conversation
from customers.models.letter import Document


class ClaimCheck(models.TextChoices):
    """How a claim is checked (domain.md 4.1, 7.9). Only an owner asks for a trade reference or buys a report."""

    BANK = "bank", _("Our bank statement")
    DELIVERY = "delivery", _("Proof of delivery, our mail log")
    CONTACT = "contact", _("A call to somebody else there")
    DOCUMENT = "document", _("A document they send us")
    ORDER = "order", _("Our order, quote or signed terms")
    REGISTER = "register", _("A public register")
    CREDIT_REPORT = "credit_report", _("A bought credit report")
    TRADE_REFERENCE = "trade_reference", _("A trade reference")
    OTHER = "other", _("Another way")


class ClaimResult(models.TextChoices):
    OPEN = "", _("Not checked yet")
    TRUE = "true", _("It was true")
    FALSE = "false", _("It was not true")
    UNKNOWN = "unknown", _("It cannot be known")


class Claim(models.Model):
    """Something a customer said that is checked afterwards: what, how, by when, and what was found (P07)."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="claims")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="claims")
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, null=True, blank=True, related_name="claims")
    reason = models.CharField(max_length=10, blank=True, help_text=_("The code of the reason they gave."))
    what = models.CharField(_("what they said"), max_length=300)
    how = models.CharField(_("how to check it"), max_length=20, choices=ClaimCheck.choices)
    check_by = models.DateField(_("check by"))
    result = models.CharField(max_length=10, choices=ClaimResult.choices, default=ClaimResult.OPEN, blank=True)
    found = models.TextField(_("what was found"), blank=True)
    checked_on = models.DateField(null=True, blank=True)
    checked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["check_by", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(result__in=ClaimResult.values), name="claim_result_known"),
            models.CheckConstraint(
                condition=models.Q(result="", checked_on=None) | ~models.Q(result="") & models.Q(checked_on__isnull=False),
                name="claim_checked_with_result",
            ),
        ]
        indexes = [models.Index(fields=["customer", "result"], name="claim_of_customer")]

    def __str__(self) -> str:
        return self.what


class Attachment(models.Model):
    """A paper that shows something: of a query, a claim, a call. `subject` names which ("dispute:12"), as in Event and Task."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="attachments")
    subject = models.CharField(max_length=60)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["business", "subject", "document"], name="one_attachment_a_paper")]
        indexes = [models.Index(fields=["business", "subject"], name="attachment_of_subject")]

    def __str__(self) -> str:
        return self.name


class CallText(models.Model):
    """The business's own version of one reason for delay ("R13") or one call script ("VOICEMAIL"), in one language.

    `values` has the fields of the shipped data file it replaces; saving makes a new version, none current: ours is used.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="call_texts")
    code = models.CharField(max_length=20)
    language = models.CharField(max_length=10)
    version = models.PositiveIntegerField()
    current = models.BooleanField(default=True)
    values = models.JSONField(default=dict)
    saved_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    saved_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["code", "language", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["business", "code", "language", "version"], name="one_call_text_a_version"),
            models.UniqueConstraint(
                fields=["business", "code", "language"], condition=models.Q(current=True), name="one_current_call_text"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.language} {self.version}"
