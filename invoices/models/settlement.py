"""Less than is owed, taken in full satisfaction (domain.md 6.6). Written by `invoices.settling` alone."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arcollect.fields import money_field, zero_money_field
from customers.models import Business, Conversation, Customer, User
from invoices.models.invoice import Invoice


class SettlementState(models.TextChoices):
    OFFERED = "offered", _("Offered")
    ACCEPTED = "accepted", _("Accepted")
    KEPT = "kept", _("Paid as agreed")
    MISSED = "missed", _("Not paid as agreed")
    EXPIRED = "expired", _("Not accepted in time")
    DECLINED = "declined", _("Declined")
    CANCELLED = "cancelled", _("Cancelled")


LIVE_SETTLEMENT_STATES = [SettlementState.OFFERED, SettlementState.ACCEPTED]


class Settlement(models.Model):
    """An offer to close what is owed for less. `total`: what is owed of the invoices it covers, `amount`: what is taken instead.

    `pay_by`: the day the money must be there, cleared. `received`: what came in for it. `waived`: the owner let a late or short
    payment count. Once accepted its terms cannot change.
    """

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="settlements")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="settlements")
    currency = models.CharField(max_length=3)
    total = money_field()
    amount = money_field(verbose_name=_("amount to pay"))
    received = zero_money_field()
    state = models.CharField(max_length=12, choices=SettlementState.choices, default=SettlementState.OFFERED)
    offered_on = models.DateField()
    accept_by = models.DateField(_("accept by"))
    pay_by = models.DateField(_("pay by"))
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.CharField(max_length=200, blank=True, help_text=_("Who accepted it for the customer."))
    ended_on = models.DateField(null=True, blank=True)
    waived = models.BooleanField(default=False)
    reason = models.CharField(_("why we offer it"), max_length=300, blank=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, null=True, blank=True, related_name="settlements")
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "currency"], condition=Q(state__in=LIVE_SETTLEMENT_STATES), name="one_live_settlement"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0, amount__lt=F("total")), name="settlement_amount_below_total"),
            models.CheckConstraint(condition=Q(accept_by__lte=F("pay_by")), name="settlement_accepted_before_paid"),
            models.CheckConstraint(condition=Q(state__in=SettlementState.values), name="settlement_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.total} {self.currency} ({self.get_state_display()})"


class SettlementInvoice(models.Model):
    """The part of an invoice that a settlement closes."""

    settlement = models.ForeignKey(Settlement, on_delete=models.CASCADE, related_name="covered")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="settlement_lines")
    amount = money_field()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["settlement", "invoice"], name="one_settlement_line_an_invoice"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="settlement_line_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.invoice}"
