"""What the preflight of an invoice found, check by check (domain.md 8). `invoices.preflighting` writes it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.models import Business, User
from invoices.models.agreement import Preflight
from invoices.models.drafting import DraftInvoice
from invoices.models.invoice import Invoice


class Verdict(models.TextChoices):
    PASSED = "passed", _("In order")
    WARN = "warn", _("Look at it")
    BLOCK = "block", _("Must be put right")
    NOT_APPLICABLE = "n/a", _("Does not apply")


class PreflightCheck(models.Model):
    """One check of one invoice or draft: its verdict, why in words, and who let a warning pass."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, null=True, blank=True, related_name="preflight")
    draft = models.ForeignKey(DraftInvoice, on_delete=models.CASCADE, null=True, blank=True, related_name="preflight")
    check_id = models.CharField(max_length=10, choices=Preflight.choices)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    reason = models.CharField(max_length=500, blank=True)
    checked_on = models.DateField()
    ticked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    ticked_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["check_id"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "check_id"], name="one_verdict_a_check_of_an_invoice"),
            models.UniqueConstraint(fields=["draft", "check_id"], name="one_verdict_a_check_of_a_draft"),
            models.CheckConstraint(
                condition=Q(invoice__isnull=False, draft__isnull=True) | Q(invoice__isnull=True, draft__isnull=False),
                name="preflight_of_one_thing",
            ),
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="preflight_verdict_known"),
        ]

    def __str__(self) -> str:
        return f"{self.check_id} {self.verdict}"
