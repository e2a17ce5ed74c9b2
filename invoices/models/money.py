"""What came in, and what it was booked against. All of it is written by `invoices.booking` alone."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arcollect.fields import money_field, zero_money_field
from customers.models import Business, Customer, ImportBatch, User
from invoices.models.invoice import CreditNote, Invoice


class Payment(models.Model):
    """Money received from a customer; `allocated`: how much of it invoices have or was paid back, the rest is unapplied cash."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="payments")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="payments")
    received_on = models.DateField(_("received on"))
    currency = models.CharField(max_length=3)
    amount = money_field(verbose_name=_("amount"))
    allocated = zero_money_field()
    method = models.CharField(_("method"), max_length=50, blank=True)
    reference = models.CharField(_("reference"), max_length=200, blank=True)
    fingerprint = models.CharField(max_length=64, help_text=_("What makes a second import of the same payment harmless."))
    returned_on = models.DateField(_("returned on"), null=True, blank=True)
    import_batch = models.ForeignKey(ImportBatch, on_delete=models.SET_NULL, null=True, blank=True, related_name="payments")
    bank_line = models.ForeignKey("invoices.BankLine", on_delete=models.PROTECT, null=True, blank=True, related_name="payments")
    receipt_sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-received_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["business", "fingerprint"], name="one_payment_a_fingerprint"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(allocated__gte=0, allocated__lte=F("amount")), name="payment_allocated_within_amount"
            ),
        ]
        indexes = [
            models.Index(
                fields=["business", "customer"],
                condition=Q(allocated__lt=F("amount"), returned_on__isnull=True),
                name="payment_unapplied",
            ),
            models.Index(fields=["business", "received_on"], name="payment_received"),
            models.Index(fields=["business", "-id"], condition=Q(bank_line=None), name="payment_by_hand"),
        ]

    def __str__(self) -> str:
        return f"{self.received_on} {self.amount} {self.currency}"

    @property
    def unapplied(self) -> Decimal:
        """What of it no invoice has yet; nothing once it was returned."""
        return Decimal(0) if self.returned_on else self.amount - self.allocated


class Allocation(models.Model):
    """A part of a payment, or of a credit note, booked against an invoice on a value date. Taken back by dating `reversed_on`."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="+")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="allocations")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="allocations")
    credit_note = models.ForeignKey(CreditNote, on_delete=models.PROTECT, null=True, blank=True, related_name="allocations")
    amount = money_field()
    on = models.DateField()
    invoice_currency = models.CharField(max_length=3)
    source_currency = models.CharField(max_length=3)
    reversed_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_amount_positive"),
            models.CheckConstraint(
                condition=Q(payment__isnull=False, credit_note__isnull=True) | Q(payment__isnull=True, credit_note__isnull=False),
                name="allocation_has_one_source",
            ),
            models.CheckConstraint(condition=Q(invoice_currency=F("source_currency")), name="allocation_within_one_currency"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} on {self.invoice}"


class WriteOffKind(models.TextChoices):
    SMALL_BALANCE = "small", _("Small balance")
    BAD_DEBT = "bad_debt", _("Bad debt")
    SETTLEMENT = "settlement", _("Settlement")
    GOODWILL = "goodwill", _("Goodwill")
    DISCOUNT = "discount", _("Discount for early payment")
    CHARGES = "charges", _("Bank charges")


class WriteOff(models.Model):
    """What we give up of an invoice, with the reason and who decided.

    `reversed_on`: when it came in after all, with the payment `recovered_by`, or when it was revived.
    """

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="+")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="write_offs")
    kind = models.CharField(max_length=20, choices=WriteOffKind.choices)
    amount = money_field()
    on = models.DateField()
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reversed_on = models.DateField(null=True, blank=True)
    recovered_by = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="recovered")

    class Meta:
        ordering = ["on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="write_off_amount_positive"),
            models.CheckConstraint(
                condition=Q(recovered_by=None) | Q(reversed_on__isnull=False), name="write_off_recovered_is_reversed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.invoice}"

    @property
    def by_hand(self) -> bool:
        """Whether somebody decided it by itself: what a plan or a settlement grants belongs to that, a slip to its payment."""
        return self.kind in (WriteOffKind.BAD_DEBT, WriteOffKind.GOODWILL) and self.by_id is not None


class Refund(models.Model):
    """Money paid back out of a payment or a credit note no invoice needs. It counts in what is `allocated` of its source."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="refunds")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="refunds")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="refunds")
    credit_note = models.ForeignKey(CreditNote, on_delete=models.PROTECT, null=True, blank=True, related_name="refunds")
    amount = money_field()
    currency = models.CharField(max_length=3)
    on = models.DateField(_("paid back on"))
    reference = models.CharField(_("reference"), max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reversed_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive"),
            models.CheckConstraint(
                condition=Q(payment__isnull=False, credit_note__isnull=True) | Q(payment__isnull=True, credit_note__isnull=False),
                name="refund_has_one_source",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.amount} {self.currency}"
