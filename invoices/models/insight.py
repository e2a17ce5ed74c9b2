"""What the figures say, counted each night and kept: the ledger, the customers, the invoices. `reminders.scoring` writes it."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arcollect.fields import money_field, zero_money_field
from customers.models import Business, Customer, User
from invoices.models.agreement import PaymentPlan
from invoices.models.invoice import Invoice


class LedgerDay(models.Model):
    """The figures of one currency at the end of a day, by the names of domain.md 2 (amounts and rates as text).

    `through`: the last Event counted; 0 where the day was computed afterwards from the ledger (`backfilled`), which cannot
    know what was only known then.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="ledger_days")
    currency = models.CharField(max_length=3)
    on = models.DateField()
    figures = models.JSONField(default=dict)
    through = models.BigIntegerField(default=0)
    backfilled = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-on"]
        constraints = [models.UniqueConstraint(fields=["business", "currency", "on"], name="one_ledger_day_a_currency")]

    def __str__(self) -> str:
        return f"{self.currency} {self.on}"


class AccountStanding(models.Model):
    """What one customer owed in one currency when it was last counted, by days past due, so that pages need not add up again.

    `collectable`: of what is overdue, the part that may be asked for (domain.md 1), the oldest of it due on `collectable_since`.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="standings")
    currency = models.CharField(max_length=3)
    on = models.DateField()
    current = zero_money_field()
    late_30 = zero_money_field()
    late_60 = zero_money_field()
    late_90 = zero_money_field()
    late_more = zero_money_field()
    overdue = zero_money_field()
    unapplied = zero_money_field()
    disputed = zero_money_field()
    oldest_due_on = models.DateField(null=True, blank=True)
    collectable = zero_money_field()
    collectable_since = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["currency", "-overdue"]
        constraints = [models.UniqueConstraint(fields=["customer", "currency"], name="one_standing_a_currency")]
        indexes = [models.Index(fields=["business", "currency", "-overdue"], name="standing_most_overdue")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.currency}"


class Segment(models.TextChoices):
    """How a customer pays, in the order in which the first match wins (domain.md 5)."""

    LEGAL_BLOCK = "LEGAL_BLOCK", _("Legally protected")
    PROMISE_BREAKER = "PROMISE_BREAKER", _("Breaks promises")
    DETERIORATING = "DETERIORATING", _("Getting into trouble")
    DISPUTER = "DISPUTER", _("Often has queries")
    STRETCHER = "STRETCHER", _("Stretches the terms")
    FORGETFUL = "FORGETFUL", _("Forgets")
    PROMPT = "PROMPT", _("Pays promptly")
    NEW = "NEW", _("New")
    SLOW = "SLOW", _("Somewhat late")


class SubType(models.TextChoices):
    """Whose fault the queries of a DISPUTER are."""

    NONE = "", _("Not known")
    OUR_FAULT = "OUR_FAULT", _("Mostly our mistakes")
    TACTICAL = "TACTICAL", _("Mostly to gain time")


class CustomerScore(models.Model):
    """The segment of a customer as the last night saw it, with the rule, what it saw, and since when.

    `inputs`: what the rules looked at, by name. `baseline`: of the tests for deterioration (domain.md 5.1), kept until somebody
    acknowledged the alarm on `acknowledged_on`.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, related_name="score")
    segment = models.CharField(max_length=20, choices=Segment.choices)
    sub_type = models.CharField(max_length=20, choices=SubType.choices, default=SubType.NONE, blank=True)
    rule = models.CharField(max_length=20)
    inputs = models.JSONField(default=dict)
    baseline = models.JSONField(default=dict, blank=True)
    since = models.DateField(help_text=_("The first night in a row that saw this segment."))
    scored_on = models.DateField()
    acknowledged_on = models.DateField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["business", "segment"], name="score_by_segment")]
        constraints = [models.CheckConstraint(condition=Q(segment__in=Segment.values), name="score_segment_known")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.segment}"


class SegmentOverride(models.Model):
    """An owner knows better than the figures, until a day."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="segment_overrides")
    segment = models.CharField(max_length=20, choices=Segment.choices)
    reason = models.CharField(_("reason"), max_length=300)
    set_on = models.DateField()
    expires_on = models.DateField(_("until"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["customer"], condition=Q(ended_on=None), name="one_segment_override"),
            models.CheckConstraint(condition=Q(expires_on__gte=F("set_on")), name="override_expires_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.segment}"


class Advice(models.TextChoices):
    HOLD = "hold", _("Stop supplying on credit")
    RELEASE = "release", _("Supply on credit again")
    LIMIT = "limit", _("Change the credit limit")


class AdviceState(models.TextChoices):
    OPEN = "open", _("Waits for the owner")
    ACCEPTED = "accepted", _("Done as suggested")
    DECLINED = "declined", _("Left as it is")
    LAPSED = "lapsed", _("No longer needed")


class CreditAdvice(models.Model):
    """A suggestion about the credit of a customer that only the owner carries out (domain.md 5.2, 5.3).

    `reasons`: codes with the figures they rest on; `amount`: the limit suggested; `until`: not made again before.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="credit_advices")
    kind = models.CharField(max_length=10, choices=Advice.choices)
    currency = models.CharField(max_length=3, blank=True)
    amount = money_field(null=True, blank=True)
    reasons = models.JSONField(default=list)
    made_on = models.DateField()
    state = models.CharField(max_length=10, choices=AdviceState.choices, default=AdviceState.OPEN)
    answered_on = models.DateField(null=True, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    note = models.CharField(_("why"), max_length=300, blank=True)
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["made_on", "id"]
        verbose_name_plural = "credit advices"
        constraints = [
            models.UniqueConstraint(fields=["customer", "kind"], condition=Q(state="open"), name="one_open_advice_a_kind"),
            models.CheckConstraint(condition=Q(state__in=AdviceState.values), name="advice_state_known"),
        ]
        indexes = [models.Index(fields=["business", "state"], name="advice_to_answer")]

    def __str__(self) -> str:
        return f"{self.kind} {self.customer_id}"


class InvoiceForecast(models.Model):
    """When an invoice will probably be paid. `first`: what was forecast when it was first looked at, to be judged by later."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    invoice = models.OneToOneField(Invoice, on_delete=models.CASCADE, related_name="forecast", primary_key=True)
    probability_late = models.DecimalField(max_digits=5, decimal_places=4)
    expected_on = models.DateField()
    low_on = models.DateField()
    high_on = models.DateField()
    rests_on = models.JSONField(default=dict, help_text=_("What it was decided from, by name."))
    made_on = models.DateField()
    first = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["business", "expected_on"], name="forecast_by_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(probability_late__gte=0, probability_late__lte=1), name="forecast_probability_within_one"
            ),
            models.CheckConstraint(
                condition=Q(low_on__lte=F("expected_on"), high_on__gte=F("expected_on")), name="forecast_within_its_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.expected_on}"


class ExpectedCash(models.Model):
    """A slice of what was owed on `counted_on`, and what of it may be counted on when (domain.md 2.12), so that pages need not
    read every open invoice.

    `week`: as `invoices.cash_forecast.week_of` counts from `counted_on`; UNDATED where no day can be said (`on` None).
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    plan = models.ForeignKey(PaymentPlan, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    currency = models.CharField(max_length=3)
    counted_on = models.DateField()
    week = models.PositiveSmallIntegerField()
    on = models.DateField(null=True, blank=True)
    amount = money_field()
    share = models.DecimalField(max_digits=5, decimal_places=4)
    worth = money_field()
    source = models.CharField(max_length=10)

    class Meta:
        ordering = ["-worth", "id"]
        indexes = [models.Index(fields=["business", "counted_on", "currency", "week", "-worth", "id"], name="cash_by_week")]

    def __str__(self) -> str:
        return f"{self.currency} {self.worth} {self.on}"


class ForecastReview(models.Model):
    """How good the forecasts were for the invoices of a span of days, beside what a simple guess would have said."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    since = models.DateField()
    until = models.DateField()
    figures = models.JSONField(default=dict)
    made_on = models.DateField()

    class Meta:
        ordering = ["-until"]
        constraints = [models.UniqueConstraint(fields=["business", "until"], name="one_forecast_review_a_span")]

    def __str__(self) -> str:
        return f"{self.since} {self.until}"


class ReductionPlan(models.Model):
    """The way down from what was owed to one month's sales, in equal weekly steps (domain.md 5.4)."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="reduction_plans")
    currency = models.CharField(max_length=3)
    started_on = models.DateField()
    start_amount = money_field()
    target = money_field()
    weeks = models.PositiveSmallIntegerField()
    started_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-started_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["business", "currency"], condition=Q(ended_on=None), name="one_reduction_plan"),
            models.CheckConstraint(condition=Q(weeks__gt=0, target__gte=0), name="reduction_plan_leads_somewhere"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.started_on}"
