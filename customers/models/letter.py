"""The outbox, and the bytes of what was sent or received."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arcollect.fields import zero_money_field
from customers.models.business import Business, User
from customers.models.customer import Channel, Contact, Customer
from customers.models.desk import Conversation, Task


class Document(models.Model):
    """Bytes with their hash: a letter's PDF, an invoice copy, a logo. Lists never load them."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    bytes = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "sha256"], name="one_document_a_hash")]

    def __str__(self) -> str:
        return self.name


class LetterCode(models.TextChoices):
    L0 = "L0", _("Satisfaction letter")
    LC = "LC", _("Before the due date")
    L1 = "L1", _("Friendly notice")
    L30 = "L30", _("30-day letter")
    L60 = "L60", _("60-day letter")
    L90 = "L90", _("90-day letter")
    FINAL = "FINAL", _("Final letter")
    LBP = "LBP", _("About a broken promise")
    LPI = "LPI", _("Before an instalment")
    LPD = "LPD", _("About a missed instalment")
    LRES = "LRES", _("Query closed")
    LCALL = "LCALL", _("Confirmation of a call")


class LetterState(models.TextChoices):
    WAITING_FOR_CALL = "waiting_for_call", _("Waits for the call")
    DRAFT = "draft", _("Waits for approval")
    APPROVED = "approved", _("Approved")
    SENDING = "sending", _("On its way out")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    UNCONFIRMED = "unconfirmed", _("Not known whether it arrived")
    CANCELLED = "cancelled", _("Cancelled")


class Letter(models.Model):
    """A letter on its way out (architecture.md). `facts` is the frozen input of its text; a sent letter cannot change.

    `portal_token` is no column: the secret of the customer's link in it, known while it is handed over and kept nowhere (T50).
    """

    portal_token: str = ""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="letters")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="letters")
    contact = models.ForeignKey(Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    code = models.CharField(max_length=10, choices=LetterCode.choices)
    state = models.CharField(max_length=20, choices=LetterState.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    currency = models.CharField(max_length=3)
    language = models.CharField(max_length=10)
    written_on = models.DateField(help_text=_("The date printed on it."))
    total = zero_money_field()
    facts = models.JSONField(default=dict)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    edited = models.BooleanField(default=False)
    waits_for = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, blank=True, related_name="letters_waiting")
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, null=True, blank=True, related_name="letters")
    hold_until = models.DateField(null=True, blank=True)
    hold_reason = models.CharField(max_length=200, blank=True)
    approved_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_on = models.DateField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_to = models.CharField(max_length=300, blank=True)
    message_id = models.CharField(max_length=200, blank=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    problem = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=LetterState.values), name="letter_state_known"),
            models.CheckConstraint(
                condition=~models.Q(state="sent") | models.Q(sent_on__isnull=False, document__isnull=False),
                name="sent_letter_has_date_and_copy",
            ),
        ]
        indexes = [
            models.Index(fields=["business", "state", "id"], name="letter_outbox"),
            models.Index(fields=["customer", "currency", "-id"], name="letter_latest"),
            models.Index(fields=["message_id"], condition=~models.Q(message_id=""), name="letter_by_message_id"),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()} {self.customer}"


class MailKind(models.TextChoices):
    REPLY = "reply", _("Reply")
    BOUNCE = "bounce", _("Could not be delivered")
    AUTOMATIC = "automatic", _("Automatic answer")


class ReceivedMail(models.Model):
    """A message read from the mailbox, once: which it was, and what it was about. What a reply says is its Conversation.

    Without a customer it is one nobody could be found for: a person looks at it.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="received_mails")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, null=True, blank=True, related_name="received_mails")
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, null=True, blank=True, related_name="answers")
    conversation = models.ForeignKey(
        "customers.Conversation", on_delete=models.SET_NULL, null=True, blank=True, related_name="mails"
    )
    message_id = models.CharField(max_length=300)
    kind = models.CharField(max_length=10, choices=MailKind.choices)
    received_at = models.DateTimeField()
    sender = models.CharField(max_length=300, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    detail = models.TextField(blank=True, help_text=_("Why a delivery failed, as the other server said."))

    class Meta:
        ordering = ["-received_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["business", "message_id"], name="one_row_a_message")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject}"

    @property
    def words(self) -> str:
        """What a person wrote in it, or what a machine said."""
        return self.conversation.notes if self.conversation else self.detail

    @property
    def quoted(self) -> str:
        """What it repeats of the mail before it."""
        return self.conversation.quoted if self.conversation else ""
