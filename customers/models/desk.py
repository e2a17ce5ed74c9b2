"""What was said, and what must be done next."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arcollect.fields import money_field
from customers.models.business import Business, Role, User
from customers.models.customer import Contact, Customer


class TaskKind(models.TextChoices):
    VERIFY_AP = "verify_ap", _("Verify the contact")
    COURTESY_CALL = "courtesy_call", _("Courtesy call")
    REVIEW_LETTER = "review_letter", _("Review a letter")
    NOTICE_CALL = "notice_call", _("Call right after the due date")
    WARNING_CALL = "warning_call", _("Early-warning call")
    CALL_60 = "call_60", _("Listening call")
    CALL_90 = "call_90", _("Negotiation call")
    BROKEN_PROMISE = "broken_promise", _("Call about a broken promise")
    FIND_CONTACT = "find_contact", _("Find a contact")
    MATCH_CASH = "match_cash", _("Match money received")
    DISPUTE = "dispute", _("Answer a query")
    ANSWER_MAIL = "answer_mail", _("Answer a message")
    VERIFY_CLAIM = "verify_claim", _("Check what was said")
    CALLBACK = "callback", _("Call back")
    PROMISE_DUE = "promise_due", _("Promise falls due")
    PLAN_PROPOSAL = "plan_proposal", _("Payment plan on offer")
    PLAN_COUNTER = "plan_counter", _("Answer a proposed plan")
    PLAN_COUNTERSIGN = "plan_countersign", _("Sign a payment plan")
    CONTACT_CHANGE = "contact_change", _("A contact changed")
    FIX_INVOICE = "fix_invoice", _("Put an invoice right")
    REFUND = "refund", _("Pay money back")
    BANK = "bank", _("Look at the bank")
    CONFLICT = "conflict", _("Settle a difference with the accounts")
    WARNING = "warning", _("Early warning")
    DECIDE = "decide", _("Owner's decision")
    OTHER = "other", _("Other")


# Made by telephone, from the call sheet; everything else is done on a page of its own.
CALL_KINDS = [
    TaskKind.COURTESY_CALL,
    TaskKind.NOTICE_CALL,
    TaskKind.WARNING_CALL,
    TaskKind.CALL_60,
    TaskKind.CALL_90,
    TaskKind.BROKEN_PROMISE,
    TaskKind.CALLBACK,
]


class TaskState(models.TextChoices):
    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


class Task(models.Model):
    """One thing for a person to do. `subject` names what it is about ("USD", "letter:812"): twice open for one is refused."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="tasks")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks")
    kind = models.CharField(max_length=20, choices=TaskKind.choices)
    subject = models.CharField(max_length=100, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.BOOKKEEPER)
    assigned_to = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    opens_on = models.DateField(_("opens on"))
    due_on = models.DateField(_("due on"))
    snoozed_until = models.DateField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    amount = money_field(null=True, blank=True)
    reason = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=TaskState.choices, default=TaskState.OPEN)
    outcome = models.TextField(blank=True)
    closed_on = models.DateField(null=True, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "kind", "subject"],
                condition=models.Q(state="open", customer__isnull=False),
                name="one_open_task_a_subject",
            ),
            models.UniqueConstraint(
                fields=["business", "kind", "subject"],
                condition=models.Q(state="open", customer__isnull=True),
                name="one_open_house_task_a_subject",
            ),
            models.CheckConstraint(condition=models.Q(state__in=TaskState.values), name="task_state_known"),
        ]
        indexes = [models.Index(fields=["business", "state", "due_on"], name="task_worklist")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.customer or self.business}"

    @property
    def outcome_words(self) -> str:
        """What came of it: as a person wrote it, in words where the program wrote a code."""
        return str(OUTCOME_WORDS.get(self.outcome, self.outcome))


class Outcome(models.TextChoices):
    REACHED = "REACHED", _("Reached")
    WRONG_PERSON = "WRONG_PERSON", _("Wrong person")
    VOICEMAIL = "VOICEMAIL", _("Voicemail")
    NO_ANSWER = "NO_ANSWER", _("No answer")
    CALLBACK = "CALLBACK", _("Will call back")
    REFUSED = "REFUSED", _("Refused to talk")


OUTCOME_WORDS = {
    **dict(Outcome.choices),
    "NO_CONTACT": _("Nobody could be reached"),
    "MATCHED": _("Matched to invoices"),
    "REFUND_DUE": _("Nothing to match it to: it is to be paid back"),
    "REFUNDED": _("Paid back"),
    "RETURNED": _("The payment was returned"),
    "UNBOOKED": _("The payment was taken out of the books"),
}


class Conversation(models.Model):
    """A call made or taken, or a message that came in: who, why, and what was agreed.

    `reason`: a code of customers.reasons, `answers`: what was said to its questions, in their order; `spoke_with`: the name of
    somebody who is no Contact. `next_on`: the day we look at it again.
    """

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="conversations")
    contact = models.ForeignKey(Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, blank=True, related_name="conversations")
    spoke_with = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    channel = models.CharField(max_length=10, default="call")
    inbound = models.BooleanField(default=False)
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    reason = models.CharField(max_length=40, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    paraphrase = models.TextField(blank=True)
    agreement = models.TextField(blank=True)
    notes = models.TextField(blank=True)
    quoted = models.TextField(blank=True, help_text=_("What a reply by e-mail quotes of the mail before it."))
    next_on = models.DateField(null=True, blank=True)
    callback_consent_until = models.DateField(null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["customer", "-at"], name="conversation_latest")]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} {self.at:%Y-%m-%d}"
