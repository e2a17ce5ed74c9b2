"""What the law adds to a late invoice between businesses (domain.md 7.8): reference rates, and what the owner waived."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models import Business, User
from invoices.models.invoice import Invoice


class Reference(models.TextChoices):
    BANK_OF_ENGLAND = "BOE", _("Bank of England, Bank rate")
    ECB = "ECB", _("European Central Bank, main refinancing rate")


class ReferenceRate(models.Model):
    """A central bank's rate as it stood on a day a half-year refers to; the owner keeps the table."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="reference_rates")
    reference = models.CharField(_("rate"), max_length=10, choices=Reference.choices)
    on = models.DateField(_("in force on"))
    percent = models.DecimalField(_("percent a year"), max_digits=6, decimal_places=3)

    class Meta:
        ordering = ["reference", "-on"]
        constraints = [models.UniqueConstraint(fields=["business", "reference", "on"], name="one_rate_a_day")]

    def __str__(self) -> str:
        return f"{self.reference} {self.on}: {self.percent} %"


class InterestWaiver(models.Model):
    """The owner asks for no statutory interest on this invoice."""

    invoice = models.OneToOneField(Invoice, on_delete=models.CASCADE, primary_key=True, related_name="interest_waiver")
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.invoice} since {self.on}"
