"""What an invoice says beyond its sum, where files come from by themselves, and what differs between them and what we sent."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arcollect.fields import money_field, zero_money_field
from customers.models import Business, Document, ImportBatch, User
from invoices.models.invoice import Invoice


class DueFrom(models.TextChoices):
    """Where the due date of an electronic invoice comes from."""

    FILE = "file", _("as the file says")
    TERMS = "terms", _("worked out from its terms")
    USUAL = "usual", _("by the usual terms, as somebody chose")
    PERSON = "person", _("as somebody said")
    SETTLED = "settled", _("nothing was left to pay")


class InvoiceDetail(models.Model):
    """The rest of an invoice's content, beside the row the engine reads every night: sums, parties, terms, pay-to, its XML.

    What the invoice asks for, its `total`, is gross + rounding - withheld - prepaid (`einvoices.content.owed`); `withheld` is
    what the buyer pays to the tax office in our place.
    """

    invoice = models.OneToOneField(Invoice, on_delete=models.CASCADE, related_name="detail")
    format = models.CharField(max_length=40, blank=True, help_text=_("The schema it came in: ubl, cii, fatturapa; or made here."))
    type_code = models.CharField(max_length=10, blank=True, help_text=_("UNTDID 1001: 380, 384, 389 ..."))
    net = money_field(null=True, blank=True)
    tax = money_field(null=True, blank=True)
    gross = money_field(null=True, blank=True, help_text=_("The total that is printed."))
    rounding = zero_money_field()
    withheld = zero_money_field()
    prepaid = zero_money_field()
    due_from = models.CharField(max_length=10, choices=DueFrom.choices, blank=True, default="")
    seller = models.CharField(max_length=200, blank=True)
    seller_tax_id = models.CharField(max_length=50, blank=True)
    buyer = models.CharField(max_length=200, blank=True)
    buyer_tax_id = models.CharField(max_length=50, blank=True)
    buyer_reference = models.CharField(max_length=100, blank=True)
    quote_reference = models.CharField(max_length=100, blank=True)
    quote_net = money_field(null=True, blank=True)
    terms_text = models.TextField(blank=True)
    pay_to_account = models.CharField(max_length=64, blank=True)
    payment_means = models.CharField(max_length=10, blank=True, default="", help_text=_("UNTDID 4461, or Italy's MP codes."))
    note = models.TextField(blank=True)
    taxes = models.JSONField(default=list, blank=True, help_text=_("By rate: category, rate, base, tax, as strings."))
    xml = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    attachments = models.ManyToManyField(Document, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.format} {self.invoice}"


class SourceKind(models.TextChoices):
    STATEMENTS = "statements", _("Bank statements")
    INVOICES = "invoices", _("Invoices and credit notes")
    E_INVOICES = "einvoices", _("Electronic invoices")
    PAYMENTS = "payments", _("Payments received")
    CUSTOMERS = "customers", _("Customers")


class SyncSource(models.Model):
    """A folder below MEDIA_ROOT/sync that is looked into by itself; `layout`: how its tables are read, `report`: its last run."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="sync_sources")
    kind = models.CharField(_("what is in it"), max_length=20, choices=SourceKind.choices)
    folder = models.CharField(_("folder"), max_length=200)
    layout = models.JSONField(default=dict, blank=True)
    active = models.BooleanField(_("on"), default=True)
    last_run_at = models.DateTimeField(null=True, blank=True)
    report = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["kind", "folder"]
        constraints = [models.UniqueConstraint(fields=["business", "folder"], name="one_source_a_folder")]

    def __str__(self) -> str:
        return self.folder


class ConflictState(models.TextChoices):
    OPEN = "open", _("To be settled")
    THEIRS = "theirs", _("Taken over")
    OURS = "ours", _("Left as it is")


class SyncConflict(models.Model):
    """An invoice that the accounts say differently after a letter about it went out: shown, never overwritten by itself."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="conflicts")
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="conflicts")
    batch = models.ForeignKey(ImportBatch, on_delete=models.SET_NULL, null=True, blank=True, related_name="conflicts")
    changes = models.JSONField(help_text=_("By field: [ours, theirs], as strings."))
    state = models.CharField(max_length=10, choices=ConflictState.choices, default=ConflictState.OPEN)
    settled_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["invoice"], condition=Q(state="open"), name="one_open_conflict_an_invoice"),
            models.CheckConstraint(condition=Q(state__in=ConflictState.values), name="conflict_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.invoice}: {', '.join(self.changes)}"
