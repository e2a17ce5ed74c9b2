"""What was agreed about what is owed: disputes, promises, payment plans. `disputing`, `agreeing` and `planning` write them."""

import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arcollect.fields import money_field, zero_money_field
from customers.models import Business, Contact, Conversation, Customer, Document, User
from invoices.models.invoice import Invoice


class DisputeCode(models.TextChoices):
    PRICE = "PRICE", _("Price")
    QTY_SHORT = "QTY_SHORT", _("Quantity short")
    DAMAGED = "DAMAGED", _("Damaged")
    QUALITY = "QUALITY", _("Quality")
    WRONG_ITEM = "WRONG_ITEM", _("Wrong item")
    NOT_DELIVERED = "NOT_DELIVERED", _("Not delivered")
    DUPLICATE = "DUPLICATE", _("Invoiced twice")
    TERMS = "TERMS", _("Payment terms")
    DISCOUNT = "DISCOUNT", _("Discount")
    FREIGHT = "FREIGHT", _("Freight")
    TAX = "TAX", _("Tax")
    PO_MISSING = "PO_MISSING", _("Purchase order missing")
    DOC_MISSING = "DOC_MISSING", _("Document missing")
    WRONG_PARTY = "WRONG_PARTY", _("Wrong party")
    SERVICE_INCOMPLETE = "SERVICE_INCOMPLETE", _("Service incomplete")
    OFFSET = "OFFSET", _("Set off against a claim")
    OTHER = "OTHER", _("Other")


class DisputeOutcome(models.TextChoices):
    UPHELD = "upheld", _("The customer was right")
    PARTLY = "partly", _("The customer was partly right")
    REJECTED = "rejected", _("The invoice stands")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Preflight(models.TextChoices):
    """The checks of domain.md 8 that would have caught what a customer was right about, in the words of that error."""

    PF01 = "PF01", _("Wrong or missing legal name")
    PF02 = "PF02", _("Invoice number used twice")
    PF03 = "PF03", _("Order number missing or wrong")
    PF04 = "PF04", _("Sent to the wrong place or person")
    PF05 = "PF05", _("Wrong due date or terms")
    PF06 = "PF06", _("Lines or sums do not add up")
    PF07 = "PF07", _("Wrong tax amount or rate")
    PF08 = "PF08", _("Wrong tax number")
    PF09 = "PF09", _("Wrong bank details")
    PF10 = "PF10", _("Invoiced twice")
    PF11 = "PF11", _("Delivery not proved, short or not as ordered")
    PF12 = "PF12", _("Wrong currency")
    PF13 = "PF13", _("Price, quantity or discount not as agreed")
    PF14 = "PF14", _("Terms were never accepted")
    PF15 = "PF15", _("Supplied over the limit or on hold")
    PF16 = "PF16", _("Description too thin, period or site missing")
    PF17 = "PF17", _("Private numbers in the text")
    PF18 = "PF18", _("Invoiced too early or too late")
    NONE = "none", _("No check of the invoice would have caught it")


class Dispute(models.Model):
    """A query or contest of all or part of an invoice: that part is not asked for while it is open.

    `owner` answers it; `answered_on`: the first answer, whose clock `answer_by` is. `preflight`: of one the customer was right
    about, the check that would have caught it.
    """

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="disputes")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="disputes")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="disputes")
    code = models.CharField(_("about"), max_length=20, choices=DisputeCode.choices)
    amount = money_field(verbose_name=_("amount in dispute"))
    opened_on = models.DateField()
    answer_by = models.DateField(null=True, blank=True)
    close_by = models.DateField(null=True, blank=True)
    summary = models.TextField(_("what the customer says"), blank=True)
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, null=True, blank=True, related_name="disputes")
    answered_on = models.DateField(null=True, blank=True)
    preflight = models.CharField(_("would have been caught by checking"), max_length=10, choices=Preflight.choices, blank=True)
    resolved_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=20, choices=DisputeOutcome.choices, blank=True)
    resolution = models.TextField(_("what was found"), blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-opened_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="dispute_amount_positive"),
            models.CheckConstraint(
                condition=Q(resolved_on__isnull=True, outcome="") | Q(resolved_on__isnull=False) & ~Q(outcome=""),
                name="dispute_resolved_with_outcome",
            ),
        ]
        indexes = [
            models.Index(fields=["invoice"], condition=Q(resolved_on__isnull=True), name="dispute_open"),
            models.Index(fields=["business", "opened_on"], condition=Q(resolved_on__isnull=True), name="dispute_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()} {self.invoice}"


class PromiseState(models.TextChoices):
    OPEN = "open", _("Open")
    KEPT = "kept", _("Kept")
    PARTIAL = "partial", _("Partly kept")
    BROKEN = "broken", _("Broken")
    CANCELLED = "cancelled", _("Cancelled")
    SUPERSEDED = "superseded", _("Replaced by another")


class Promise(models.Model):
    """A promise to pay: so much, by that day, said by somebody. What it covers is not asked for while it is open."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="promises")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="promises")
    contact = models.ForeignKey(Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, null=True, blank=True, related_name="promises")
    currency = models.CharField(max_length=3)
    amount = money_field()
    made_on = models.DateField()
    due_on = models.DateField()
    state = models.CharField(max_length=12, choices=PromiseState.choices, default=PromiseState.OPEN)
    received = zero_money_field()
    evaluated_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=10, default="call")
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-made_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="promise_amount_positive"),
            models.CheckConstraint(condition=Q(state__in=PromiseState.values), name="promise_state_known"),
        ]
        indexes = [models.Index(fields=["customer", "currency"], condition=Q(state="open"), name="promise_open")]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} by {self.due_on}"


class PromiseLine(models.Model):
    """The part of a promise that is meant for one invoice."""

    promise = models.ForeignKey(Promise, on_delete=models.CASCADE, related_name="lines")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="promise_lines")
    amount = money_field()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["promise", "invoice"], name="one_promise_line_an_invoice"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="promise_line_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.invoice}"


class PlanState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    OFFERED = "offered", _("Offered")
    VIEWED = "viewed", _("Seen by the customer")
    SIGNED = "signed", _("Signed by the customer")
    ACTIVE = "active", _("Active")
    AT_RISK = "at_risk", _("At risk")
    COMPLETED = "completed", _("Completed")
    DEFAULTED = "defaulted", _("Defaulted")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")
    DECLINED = "declined", _("Declined")
    COUNTERED = "countered", _("Answered with a counter-proposal")


LIVE_PLAN_STATES = [PlanState.OFFERED, PlanState.VIEWED, PlanState.SIGNED, PlanState.ACTIVE, PlanState.AT_RISK]
BLOCKING_PLAN_STATES = [PlanState.SIGNED, PlanState.ACTIVE, PlanState.AT_RISK]


class Proposer(models.TextChoices):
    CREDITOR = "creditor", _("We")
    CUSTOMER = "customer", _("The customer")


class PlanEnd(models.TextChoices):
    """Why a plan ended unpaid (domain.md 6.4)."""

    SECOND_MISSED = "second_missed", _("A second instalment was missed")
    NOT_CURED = "not_cured", _("A missed instalment was not made good before the next")
    RETURNED = "returned", _("Two payments came back")
    OWNER = "owner", _("Its owner ended it")


class PaymentPlan(models.Model):
    """A schedule for what is owed and undisputed. Once signed its terms cannot change: a change is a new version.

    `total` is what the invoices it covers come to; its instalments come to that less `discount`, which is theirs only if they
    keep it. `proposed_by` the customer: a counter-proposal, a draft until the owner accepts it, `proposal` in their
    words; of a plan of ours why it goes beyond the limits, for us alone.
    `cure_by`: the last day to make good what was missed. `document`: the agreement as it is to be signed, or was.
    """

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="plans")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="plans")
    currency = models.CharField(max_length=3)
    total = money_field()
    state = models.CharField(max_length=12, choices=PlanState.choices, default=PlanState.DRAFT)
    version = models.PositiveSmallIntegerField(default=1)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, null=True, blank=True, related_name="plans")
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")
    terms = models.JSONField(default=dict, blank=True)
    terms_sha256 = models.CharField(max_length=64, blank=True)
    discount = zero_money_field()
    proposed_by = models.CharField(max_length=10, choices=Proposer.choices, default=Proposer.CREDITOR)
    proposal = models.TextField(blank=True)
    cure_by = models.DateField(null=True, blank=True)
    end_rule = models.CharField(max_length=20, choices=PlanEnd.choices, blank=True)
    offered_on = models.DateField(null=True, blank=True)
    accept_by = models.DateField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    active_from = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        constraints = [
            # The new version of a running plan is on offer beside it, and takes its place when it is signed.
            models.UniqueConstraint(
                fields=["customer", "currency"],
                condition=Q(state__in=LIVE_PLAN_STATES, replaces=None) | Q(state__in=BLOCKING_PLAN_STATES),
                name="one_live_plan",
            ),
            models.CheckConstraint(condition=Q(total__gt=0), name="plan_total_positive"),
            models.CheckConstraint(condition=Q(discount__gte=0, discount__lt=F("total")), name="plan_discount_within_total"),
            models.CheckConstraint(condition=Q(state__in=PlanState.values), name="plan_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.total} {self.currency} ({self.get_state_display()})"

    def falls_due(self, day: datetime.date) -> datetime.date:
        """The day an instalment with this date is due: what fell due before they signed is due on the day they signed (6.1)."""
        return max(day, self.business.local_date(self.signed_at)) if self.signed_at else day


class PlanInvoice(models.Model):
    """The part of an invoice that a plan covers."""

    plan = models.ForeignKey(PaymentPlan, on_delete=models.CASCADE, related_name="covered")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="plan_lines")
    amount = money_field()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "invoice"], name="one_plan_line_an_invoice"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="plan_line_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} of {self.invoice}"


class InstalmentState(models.TextChoices):
    PENDING = "pending", _("Not due yet")
    PAID = "paid", _("Paid")
    PART = "part", _("Partly paid")
    LATE = "late", _("Late")
    MISSED = "missed", _("Missed")


class Instalment(models.Model):
    """One row of a plan's schedule."""

    plan = models.ForeignKey(PaymentPlan, on_delete=models.CASCADE, related_name="instalments")
    position = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    amount = money_field()
    paid = zero_money_field()
    state = models.CharField(max_length=10, choices=InstalmentState.choices, default=InstalmentState.PENDING)

    class Meta:
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="one_instalment_a_position"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, paid__gte=0, paid__lte=F("amount")), name="instalment_paid_within_amount"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.amount} on {self.due_on}"
