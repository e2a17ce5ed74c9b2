"""What we do next: the policy and its steps, what they fired, and the engine's own index and notebook."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arcollect.fields import money_field
from customers.models import Business, Customer, Document, Letter, Task, User
from customers.models.customer import Channel
from customers.models.letter import LetterCode
from invoices.models import Invoice


class Basis(models.TextChoices):
    DUE = "DUE", _("Days after the due date")
    INVOICE = "INVOICE", _("Days after the invoice date")


class Policy(models.Model):
    """How one business asks for its money. Saved changes make a new version; what was fired keeps the one it used."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="policies")
    name = models.CharField(_("name"), max_length=100)
    version = models.PositiveIntegerField(default=1)
    current = models.BooleanField(default=True)
    is_default = models.BooleanField(default=False)
    basis = models.CharField(max_length=10, choices=Basis.choices, default=Basis.DUE)
    min_gap_days = models.PositiveSmallIntegerField(_("days between letters"), default=14)
    min_balance = models.JSONField(
        default=dict, help_text=_("The smallest sum worth a letter, by currency; 'default' for all others.")
    )
    entry_cap = models.CharField(max_length=10, default="60")
    saved_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["business", "name", "-version"]
        verbose_name_plural = "policies"
        constraints = [
            models.UniqueConstraint(fields=["business", "name", "version"], name="one_policy_a_version"),
            models.UniqueConstraint(fields=["business", "name"], condition=models.Q(current=True), name="one_current_policy"),
            models.UniqueConstraint(
                fields=["business"], condition=models.Q(current=True, is_default=True), name="one_default_policy"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class StepCode(models.TextChoices):
    VERIFY_AP = "VERIFY_AP", _("Verify the contact")
    SATISFACTION = "SATISFACTION", _("Satisfaction letter")
    COURTESY = "COURTESY", _("Courtesy call")
    NOTICE = "NOTICE", _("Friendly notice")
    DAY_30 = "30", _("30 days")
    DAY_60 = "60", _("60 days")
    DAY_90 = "90", _("90 days")
    DECIDE = "DECIDE", _("Owner's decision")


class Tone(models.TextChoices):
    """How a step speaks. Left open, the diagnosis of the customer decides (mission P21, domain.md 3.2)."""

    BY_DIAGNOSIS = "", _("As the reason for the delay asks for")
    GENTLE = "gentle", _("Always gentle")
    FIRM = "firm", _("Always firm")


class Step(models.Model):
    """One step of a policy: when, by which channel, with which letter, and whether a person looks first.

    `basis`, `channel` and `tone` left empty: as the policy, the customer and the diagnosis say.
    """

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="steps")
    code = models.CharField(max_length=12, choices=StepCode.choices)
    offset_days = models.SmallIntegerField(help_text=_("Days from the due date, or from the invoice date."))
    basis = models.CharField(max_length=10, choices=Basis.choices, blank=True)
    enabled = models.BooleanField(default=True)
    calls = models.BooleanField(default=False)
    letter_code = models.CharField(max_length=10, choices=LetterCode.choices, blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices, blank=True)
    tone = models.CharField(max_length=10, choices=Tone.choices, blank=True)
    approve_first = models.BooleanField(default=True)

    class Meta:
        ordering = ["policy", "offset_days"]
        constraints = [models.UniqueConstraint(fields=["policy", "code"], name="one_step_a_code")]

    def __str__(self) -> str:
        return self.get_code_display()


class CustomerPolicy(models.Model):
    """The policy, by name, of a customer who does not follow the business's own."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="+")
    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, related_name="policy_choice")
    policy_name = models.CharField(max_length=100)

    class Meta:
        verbose_name_plural = "customer policies"

    def __str__(self) -> str:
        return f"{self.customer}: {self.policy_name}"


class Reminder(models.Model):
    """A step that fired for one customer in one currency, with the policy version it used and the facts it saw.

    `skipped_reason`: a person decided that this step is left out; it counts as taken, nothing was sent or said.
    `bounced_on`: its letter came back: the step is not completed until it went out again (T43).
    """

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="reminders")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="reminders")
    currency = models.CharField(max_length=3)
    step = models.CharField(max_length=12, choices=StepCode.choices)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+")
    fired_on = models.DateField()
    total = money_field()
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, null=True, blank=True, related_name="reminders")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, blank=True, related_name="reminders")
    completed_on = models.DateField(null=True, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    bounced_on = models.DateField(null=True, blank=True)
    skipped_reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decision = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["customer", "currency", "-fired_on"], name="reminder_latest"),
            models.Index(fields=["customer"], condition=models.Q(bounced_on__isnull=False), name="reminder_bounced"),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.customer}"


class ReminderLine(models.Model):
    """The step one invoice reached: once for each cycle, whatever happens, because the database says so (T01, T04)."""

    reminder = models.ForeignKey(Reminder, on_delete=models.CASCADE, related_name="lines")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="reminder_lines")
    step = models.CharField(max_length=12, choices=StepCode.choices)
    cycle = models.PositiveSmallIntegerField()
    amount = money_field()
    days_past_due = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "step", "cycle"], name="one_fire_a_step")]

    def __str__(self) -> str:
        return f"{self.step} {self.invoice}"


class Occasion(models.TextChoices):
    PROMISE_BROKEN = "promise_broken", _("A promise was not kept")
    QUERY_CLOSED = "query_closed", _("A query was closed")
    INSTALMENT_DUE = "instalment_due", _("An instalment falls due soon")
    INSTALMENT_MISSED = "instalment_missed", _("An instalment is missing")
    PLAN_DEFAULTED = "plan_defaulted", _("A payment plan ended unpaid")
    SETTLEMENT_MISSED = "settlement_missed", _("A settlement was not paid as agreed")
    PAYMENT_RETURNED = "payment_returned", _("A payment came back")
    WORSENING = "worsening", _("A customer gets into trouble")


class FollowUp(models.Model):
    """What followed from something that happened, once: its letter and its call (domain.md 3.4).

    `redraft`: its letter was no longer true and is to be written anew.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="follow_ups")
    occasion = models.CharField(max_length=20, choices=Occasion.choices)
    subject = models.CharField(max_length=100)
    on = models.DateField()
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, null=True, blank=True, related_name="follow_ups")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, blank=True, related_name="follow_ups")
    redraft = models.BooleanField(default=False)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["occasion", "subject"], name="one_follow_up_an_occasion")]

    def __str__(self) -> str:
        return f"{self.get_occasion_display()}: {self.subject}"


class HandOffState(models.TextChoices):
    HANDED = "handed", _("With the agency")
    TAKEN_BACK = "taken_back", _("Taken back")
    CLOSED = "closed", _("Closed")


class HandOff(models.Model):
    """What an owner gave to somebody outside to collect, with the pack they got (P22). Nothing of ours goes out meanwhile."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="hand_offs")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="hand_offs")
    currency = models.CharField(max_length=3)
    amount = money_field()
    agency = models.CharField(_("handed to"), max_length=200)
    state = models.CharField(max_length=12, choices=HandOffState.choices, default=HandOffState.HANDED)
    handed_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    pack = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(_("note"), max_length=300, blank=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "currency"], condition=models.Q(state="handed"), name="one_hand_off_at_a_time"
            ),
            models.CheckConstraint(condition=models.Q(state__in=HandOffState.values), name="hand_off_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.agency}: {self.customer}"


class Watch(models.Model):
    """The engine's index: no step of this invoice can fire before `next_look_on` unless its customer's facts change."""

    invoice = models.OneToOneField(Invoice, on_delete=models.CASCADE, primary_key=True, related_name="watch")
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    next_look_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["business", "next_look_on"], name="watch_due")]

    def __str__(self) -> str:
        return f"{self.invoice_id} on {self.next_look_on}"


class Verdict(models.TextChoices):
    FIRE = "fire", _("Fired")
    WAIT = "wait", _("Waits")
    SKIP = "skip", _("Skipped")


class LastDecision(models.Model):
    """The engine's latest word on one customer in one currency, so that "why not?" always has its answer."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="last_decisions")
    currency = models.CharField(max_length=3)
    decided_on = models.DateField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    step = models.CharField(max_length=12, blank=True)
    rule = models.CharField(max_length=30, blank=True)
    reason = models.TextField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "currency"], name="one_last_decision")]
        indexes = [models.Index(fields=["business", "verdict"], name="decision_waiting")]

    def __str__(self) -> str:
        return f"{self.customer}: {self.reason}"


class Cursor(models.Model):
    """How far into a business's events the engine has read, and which policy and day it last ran with."""

    business = models.OneToOneField(Business, on_delete=models.CASCADE, primary_key=True, related_name="engine_cursor")
    last_event_id = models.BigIntegerField(default=0)
    settings_key = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.business_id} at {self.last_event_id}"


class Run(models.Model):
    """One night's work for one business: claimed by inserting it, so that two clusters never do the same night twice (T02)."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="runs")
    job = models.CharField(max_length=20)
    on = models.DateField()
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)
    summary = models.JSONField(default=dict)

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [models.UniqueConstraint(fields=["business", "job", "on"], name="one_run_a_day")]

    def __str__(self) -> str:
        return f"{self.job} {self.on}"


class Wording(models.Model):
    """The owner's own text of a letter or of the mail that carries it, in one language; saving makes a new version.

    None current: the text we ship is used.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="wordings")
    code = models.CharField(max_length=10)
    language = models.CharField(max_length=10)
    version = models.PositiveIntegerField()
    current = models.BooleanField(default=True)
    text = models.TextField()
    saved_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    saved_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["code", "language", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["business", "code", "language", "version"], name="one_wording_a_version"),
            models.UniqueConstraint(
                fields=["business", "code", "language"], condition=models.Q(current=True), name="one_current_wording"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.language} {self.version}"


class PrintRun(models.Model):
    """One batch of letters printed together, until a person says that they are in the post."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="print_runs")
    printed_on = models.DateField()
    printed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    posted_on = models.DateField(null=True, blank=True)
    posted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.business_id} {self.printed_on}"


class PaperCopy(models.Model):
    """The paper of one letter: in a print run, or (of a letter that went by e-mail and post) waiting for one.

    `taken_out`: why it left the pile unposted.
    """

    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, primary_key=True, related_name="paper")
    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(PrintRun, on_delete=models.PROTECT, null=True, blank=True, related_name="copies")
    taken_out = models.CharField(max_length=200, blank=True)
    posted_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "paper copies"
        indexes = [
            models.Index(fields=["business"], condition=models.Q(posted_on__isnull=True, taken_out=""), name="paper_to_post")
        ]

    def __str__(self) -> str:
        return f"paper of {self.letter_id}"


class Heartbeat(models.Model):
    """The last sign of life of the jobs: a cluster can stop working while its processes stand (stack.md 3)."""

    name = models.CharField(max_length=30, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.beat_at}"
