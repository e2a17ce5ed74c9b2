"""The customer's link: what it opens, the codes that confirm who acts, the signatures given on it (domain.md 6.7, 6.8)."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from customers.models import Business, Contact, Customer, Document, Letter, User
from invoices.models.agreement import PaymentPlan
from invoices.models.invoice import Invoice
from invoices.models.settlement import Settlement


class LinkPurpose(models.TextChoices):
    LETTER = "letter", _("A letter's invoices")
    OFFER = "offer", _("A plan or settlement on offer")
    PLAN = "plan", _("A signed plan")


class PortalLink(models.Model):
    """A customer's way in without logging in: to the invoices listed and the plan or settlement named, nothing else (T50).

    The token is random and known only to who was sent it: `token_hash` is its SHA-256. `letter`: the one it went out in.
    `contact`: whom it was made for. `code_to_view`: figures are shown only after the one-time code.
    """

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="portal_links")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="portal_links")
    purpose = models.CharField(max_length=10, choices=LinkPurpose.choices)
    currency = models.CharField(max_length=3)
    plan = models.ForeignKey(PaymentPlan, on_delete=models.PROTECT, null=True, blank=True, related_name="portal_links")
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, null=True, blank=True, related_name="portal_links")
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, null=True, blank=True, related_name="portal_links")
    contact = models.ForeignKey(Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    invoices = models.ManyToManyField(Invoice, related_name="portal_links")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_on = models.DateField()
    code_to_view = models.BooleanField(default=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    viewed_at = models.DateTimeField(null=True, blank=True, help_text=_("When a customer who gave the code last looked."))
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=LinkPurpose.values), name="link_purpose_known"),
            models.CheckConstraint(condition=Q(plan=None) | Q(settlement=None), name="link_to_one_offer"),
        ]
        indexes = [models.Index(fields=["customer", "-id"], name="link_of_customer")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {self.customer}"


class CodeMethod(models.TextChoices):
    EMAIL = "email", _("Code by e-mail")
    KNOWLEDGE = "knowledge", _("Invoice number and postcode")


class PortalCode(models.Model):
    """A one-time code, or the answer to what only the customer knows: who confirmed it may act through the link for a while.

    `code_hash`: keyed, since six digits are soon tried out. `sent_to`: the address it went to. `tries`: wrong ones so far.
    """

    link = models.ForeignKey(PortalLink, on_delete=models.CASCADE, related_name="codes")
    method = models.CharField(max_length=10, choices=CodeMethod.choices)
    code_hash = models.CharField(max_length=64, blank=True)
    sent_to = models.CharField(max_length=254, blank=True)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["link", "-sent_at"], name="code_of_link")]

    def __str__(self) -> str:
        return f"{self.get_method_display()} {self.sent_at:%Y-%m-%d %H:%M}"


class SignedBy(models.TextChoices):
    CUSTOMER = "customer", _("The customer")
    CREDITOR = "creditor", _("The creditor")


class Signature(models.Model):
    """Who signed which version of a plan, when, how, and what they were shown (domain.md 6.7). Append-only.

    `record` holds everything a signature rests on, as it was; `record_sha256` is the hash of its canonical JSON and stands in
    the Event the signing wrote, which the next seal covers. `document`: the exact PDF they signed; `evidence`: the signed copy,
    with its page of evidence. `copy_sent_at`: when both sides got it by mail; `copy_problem` why not.
    """

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(PaymentPlan, on_delete=models.PROTECT, related_name="signatures")
    party = models.CharField(max_length=10, choices=SignedBy.choices)
    name = models.CharField(_("full name"), max_length=200)
    role = models.CharField(_("role"), max_length=200, blank=True)
    email = models.EmailField(blank=True)
    record = models.JSONField()
    record_sha256 = models.CharField(max_length=64)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    evidence = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    link = models.ForeignKey(PortalLink, on_delete=models.PROTECT, null=True, blank=True, related_name="signatures")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField()
    copy_sent_at = models.DateTimeField(null=True, blank=True)
    copy_problem = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "party"], name="one_signature_a_party"),
            models.CheckConstraint(condition=Q(party__in=SignedBy.values), name="signature_party_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.signed_at:%Y-%m-%d}"


class SatisfactionAnswer(models.TextChoices):
    FINE = "fine", _("All is as ordered")
    WRONG = "wrong", _("Something is wrong")
    ADDRESS = "address", _("It went to the wrong address")


class Satisfaction(models.Model):
    """What a customer answered to the satisfaction letter about an invoice (P16); `said`: in their words."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="satisfactions")
    link = models.ForeignKey(PortalLink, on_delete=models.PROTECT, null=True, blank=True, related_name="satisfactions")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="satisfactions")
    answer = models.CharField(max_length=10, choices=SatisfactionAnswer.choices)
    said = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(answer__in=SatisfactionAnswer.values), name="satisfaction_answer_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_answer_display()}: {self.invoice}"
