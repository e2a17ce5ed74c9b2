"""Invoices made here, before they are issued, and the row of numbers they get. `invoices.drafting` writes them."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arcollect.fields import money_field, zero_money_field
from customers.models import Attachment, Business, Contact, Customer, User
from invoices.models.invoice import Invoice


class NumberSeries(models.Model):
    """The numbers of invoices made here, without gaps: `next` is given out inside the transaction that issues."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="number_series")
    pattern = models.CharField(_("pattern"), max_length=60, default="{year}-{number:04}")
    year = models.PositiveSmallIntegerField(null=True, blank=True, help_text=_("The year it counts in, if any."))
    next = models.PositiveIntegerField(_("next number"), default=1)

    class Meta:
        ordering = ["business", "-year"]
        constraints = [
            models.UniqueConstraint(fields=["business", "year"], name="one_series_a_year"),
            models.UniqueConstraint(fields=["business"], condition=Q(year=None), name="one_series_without_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.pattern} from {self.next}"


class DraftState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    ISSUED = "issued", _("Issued")
    DROPPED = "dropped", _("Dropped")


class DraftInvoice(models.Model):
    """An invoice being made. Nothing chases it; issuing turns it into an Invoice with a number, a PDF and its preflight."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="drafts")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="drafts")
    state = models.CharField(max_length=10, choices=DraftState.choices, default=DraftState.DRAFT)
    currency = models.CharField(_("currency"), max_length=3)
    issue_on = models.DateField(_("date of the invoice"))
    terms_days = models.PositiveSmallIntegerField(_("terms in days"))
    delivered_on = models.DateField(_("delivered on"), null=True, blank=True)
    purchase_order = models.CharField(_("purchase order"), max_length=100, blank=True)
    buyer_reference = models.CharField(_("buyer reference"), max_length=100, blank=True)
    quote_reference = models.CharField(_("quote or order of ours"), max_length=100, blank=True)
    quote_net = money_field(verbose_name=_("agreed net sum"), null=True, blank=True)
    prepaid = zero_money_field()
    exemption_reason = models.CharField(_("why no tax is due"), max_length=200, blank=True, default="")
    note = models.TextField(_("note on the invoice"), blank=True)
    attachments = models.ManyToManyField(Attachment, blank=True, related_name="drafts")
    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, null=True, blank=True, related_name="draft")
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=DraftState.values), name="draft_state_known"),
            models.CheckConstraint(condition=~Q(state="issued") | Q(invoice__isnull=False), name="issued_draft_has_invoice"),
        ]

    def __str__(self) -> str:
        return f"{self.customer} {self.issue_on}"


class DraftLine(models.Model):
    """One line of a draft. `net` is quantity x unit price less discount, rounded; tax is worked out by rate over all lines."""

    draft = models.ForeignKey(DraftInvoice, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    description = models.CharField(_("description"), max_length=500)
    quantity = models.DecimalField(_("quantity"), max_digits=18, decimal_places=6, default=1)
    unit = models.CharField(_("unit"), max_length=10, default="C62")
    unit_price = models.DecimalField(_("price"), max_digits=18, decimal_places=6)
    discount_pct = models.DecimalField(_("discount in %"), max_digits=7, decimal_places=4, default=0)
    tax_category = models.CharField(_("tax category"), max_length=2, default="S")
    tax_rate = models.DecimalField(_("tax in %"), max_digits=7, decimal_places=4, default=0)

    class Meta:
        ordering = ["draft", "position"]
        constraints = [models.UniqueConstraint(fields=["draft", "position"], name="one_draft_line_a_position")]

    def __str__(self) -> str:
        return self.description


class PaperMail(models.Model):
    """An invoice or credit note made here on its way by e-mail: `subject` says which, `ordinal` the how manieth time.

    The row is the claim: whoever cannot write it is second. One without `handed_over_at` broke off, and nobody knows.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=60)
    ordinal = models.PositiveSmallIntegerField()
    contact = models.ForeignKey(Contact, on_delete=models.SET_NULL, null=True, related_name="+")
    sent_to = models.EmailField()
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    begun_at = models.DateTimeField()
    handed_over_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["subject", "ordinal"]
        constraints = [models.UniqueConstraint(fields=["business", "subject", "ordinal"], name="one_mail_a_time")]

    def __str__(self) -> str:
        return f"{self.subject} to {self.sent_to}"
