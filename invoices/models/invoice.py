"""What is owed: invoices with their lines, and credit notes."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arcollect.fields import money_field, zero_money_field
from customers.models import Business, Customer, Document, ImportBatch


class Invoice(models.Model):
    """An invoice. `balance` is what is still owed and has one writer, `invoices.booking`.

    Re-ageing is forbidden: agreements never move the due date, only a correction of the invoice itself does.
    """

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="invoices")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="invoices")
    number = models.CharField(_("number"), max_length=100)
    number_key = models.CharField(max_length=100, help_text=_("The number without what people leave out when they type it."))
    issued_on = models.DateField(_("issued on"))
    due_on = models.DateField(_("due on"))
    currency = models.CharField(_("currency"), max_length=3)
    total = money_field(verbose_name=_("total"))
    balance = money_field(verbose_name=_("open"))
    purchase_order = models.CharField(_("purchase order"), max_length=100, blank=True)
    delivered_on = models.DateField(_("delivered on"), null=True, blank=True)
    paid_on = models.DateField(_("paid on"), null=True, blank=True, help_text=_("The day the balance became nothing."))
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    no_reminders = models.BooleanField(_("no reminders"), default=False)
    entry_hold = models.BooleanField(
        default=False, help_text=_("First seen long overdue in a live ledger: waits until the owner releases it.")
    )
    released_on = models.DateField(
        null=True, blank=True, help_text=_("The day the owner released the imported ledger it came with.")
    )
    first_seen_on = models.DateField(help_text=_("The day this program first knew of it."))
    cycle = models.PositiveSmallIntegerField(
        default=1, help_text=_("Grows only when a fully paid invoice is reopened, so that its steps may fire again.")
    )
    import_batch = models.ForeignKey(ImportBatch, on_delete=models.SET_NULL, null=True, blank=True, related_name="invoices")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["due_on", "issued_on", "number"]
        constraints = [
            models.UniqueConstraint(fields=["business", "number_key"], name="one_invoice_a_number"),
            models.CheckConstraint(condition=Q(balance__gte=0, balance__lte=F("total")), name="balance_within_total"),
            models.CheckConstraint(condition=Q(total__gt=0), name="invoice_total_positive"),
        ]
        indexes = [
            models.Index(
                fields=["business", "customer", "due_on"],
                include=["currency", "balance"],
                condition=Q(balance__gt=0),
                name="invoice_open",
            ),
            models.Index(
                fields=["business", "due_on", "id"],
                include=["currency", "total", "balance"],
                condition=Q(balance__gt=0),
                name="invoice_open_by_age",
            ),
            models.Index(fields=["business", "currency"], condition=Q(balance__gt=0), name="invoice_open_in"),
            models.Index(fields=["business"], condition=Q(balance__gt=0, entry_hold=True), name="invoice_held"),
            models.Index(fields=["business", "issued_on"], name="invoice_issued"),
            models.Index(fields=["customer", "-issued_on"], name="invoice_of_customer"),
        ]

    def __str__(self) -> str:
        return self.number


class InvoiceLine(models.Model):
    """One line of an invoice, as it was sold."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    description = models.CharField(max_length=500, blank=True)
    quantity = models.DecimalField(max_digits=18, decimal_places=6, default=1)
    unit_price = models.DecimalField(max_digits=18, decimal_places=6, default=0)
    net = zero_money_field()
    tax_rate = models.DecimalField(max_digits=7, decimal_places=4, default=0)
    tax = zero_money_field()

    class Meta:
        ordering = ["invoice", "position"]
        constraints = [models.UniqueConstraint(fields=["invoice", "position"], name="one_line_a_position")]

    def __str__(self) -> str:
        return self.description


class CreditNote(models.Model):
    """What we take back from what is owed; `allocated` says how much of it already went to invoices."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="credit_notes")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="credit_notes")
    number = models.CharField(_("number"), max_length=100)
    number_key = models.CharField(max_length=100)
    issued_on = models.DateField(_("issued on"))
    currency = models.CharField(max_length=3)
    total = money_field()
    allocated = zero_money_field()
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    corrects = models.ForeignKey(Invoice, on_delete=models.PROTECT, null=True, blank=True, related_name="corrections")
    taken_back = models.JSONField(default=dict, blank=True, help_text=_("Of an invoice made here: its line and how many."))
    import_batch = models.ForeignKey(ImportBatch, on_delete=models.SET_NULL, null=True, blank=True, related_name="credit_notes")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-issued_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["business", "number_key"], name="one_credit_note_a_number"),
            models.CheckConstraint(
                condition=Q(allocated__gte=0, allocated__lte=F("total")), name="credit_allocated_within_total"
            ),
        ]
        indexes = [models.Index(fields=["business", "customer"], condition=Q(allocated__lt=F("total")), name="credit_note_open")]

    def __str__(self) -> str:
        return self.number

    @property
    def unapplied(self) -> Decimal:
        return self.total - self.allocated
