"""What the bank tells: accounts, statements, their lines, and what payers write of their payments.

`invoices.statements` reads files, `invoices.bank_lines` stores and books their lines.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arcollect.fields import money_field, zero_money_field
from customers.models import Business, Customer, Document, ImportBatch, User
from invoices.models.invoice import Invoice


class BankAccount(models.Model):
    """An account of ours, by its IBAN or number without spaces; "" where a file names none."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="bank_accounts")
    identifier = models.CharField(_("IBAN or account number"), max_length=64, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    name = models.CharField(_("name"), max_length=100, blank=True)

    class Meta:
        ordering = ["name", "identifier"]
        constraints = [models.UniqueConstraint(fields=["business", "identifier", "currency"], name="one_account_an_identifier")]

    def __str__(self) -> str:
        return self.name or self.identifier or str(_("Account without a number"))


class ColumnLayout(models.Model):
    """How a bank's table is read, kept by what its head says: confirmed once by a person, used from then on."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="column_layouts")
    header_key = models.CharField(max_length=64, help_text=_("SHA-256 of the names in the head of the table."))
    name = models.CharField(_("name"), max_length=100)
    options = models.JSONField(default=dict)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["business", "header_key"], name="one_layout_a_header")]

    def __str__(self) -> str:
        return self.name


class BankStatement(models.Model):
    """One statement of one account in a file; `difference`: closing less what its lines make of opening, None where not known."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="bank_statements")
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="statements")
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="statements")
    format = models.CharField(max_length=20)
    number = models.CharField(max_length=100, blank=True)
    from_on = models.DateField(null=True, blank=True)
    to_on = models.DateField(null=True, blank=True)
    opening = money_field(null=True, blank=True)
    closing = money_field(null=True, blank=True)
    difference = money_field(null=True, blank=True)

    class Meta:
        ordering = ["-to_on", "-id"]

    def __str__(self) -> str:
        return f"{self.account} {self.number or self.to_on or ''}".strip()


class LineState(models.TextChoices):
    OPEN = "open", _("To be matched")
    BOOKED = "booked", _("Booked")
    RETURNED = "returned", _("Took a payment back")
    LEFT = "left", _("Not from a customer")


class BankLine(models.Model):
    """One line of a statement, once, whatever file it comes in again (style.md anti-pattern 6). `amount`: negative for money out.

    `suggestions`: what `invoices.matching` found, best first, as JSON; `sure`, 0 to 100, and `reason` are those of the first.
    `settled_by` None and `state` booked: it was booked by itself; `settled_at` and `state` open: it was taken back, and is not
    booked by itself again. The money itself is the line's payments, `effects` what else its booking set in motion.
    """

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="bank_lines")
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="lines")
    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="lines")
    fingerprint = models.CharField(max_length=64)
    booked_on = models.DateField()
    valued_on = models.DateField()
    amount = money_field()
    currency = models.CharField(max_length=3)
    payer = models.CharField(max_length=200, blank=True)
    payer_account = models.CharField(max_length=64, blank=True)
    reference = models.CharField(max_length=200, blank=True, help_text=_("Structured: a creditor reference, an end-to-end id."))
    text = models.TextField(blank=True, help_text=_("What the payer wrote, as the bank passes it on."))
    bank_reference = models.CharField(max_length=200, blank=True)
    charges = zero_money_field()
    reversal = models.BooleanField(default=False, help_text=_("The bank says it takes an earlier line back."))
    state = models.CharField(max_length=10, choices=LineState.choices, default=LineState.OPEN)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="bank_lines")
    suggestions = models.JSONField(default=list, blank=True)
    sure = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)
    effects = models.JSONField(default=dict, blank=True)
    takes_back = models.ForeignKey(
        "invoices.Payment", on_delete=models.PROTECT, null=True, blank=True, related_name="taken_back_by"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-booked_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["business", "fingerprint"], name="one_bank_line_a_fingerprint"),
            models.CheckConstraint(condition=Q(state__in=LineState.values), name="bank_line_state_known"),
            models.CheckConstraint(condition=~Q(amount=0), name="bank_line_has_amount"),
        ]
        indexes = [
            models.Index(fields=["business", "-sure", "id"], condition=Q(state="open"), name="bank_line_open"),
            models.Index(fields=["business", "-booked_on"], name="bank_line_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.amount} {self.currency}"


class PayerKind(models.TextChoices):
    ACCOUNT = "account", _("Account")
    NAME = "name", _("Name")


class KnownPayer(models.Model):
    """Who paid for whom before: an account or a name, normalised, and the customer its money was booked for, how often."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="known_payers")
    kind = models.CharField(max_length=10, choices=PayerKind.choices)
    key = models.CharField(max_length=200)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="known_payers")
    times = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "kind", "key", "customer"], name="one_row_a_payer_and_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.customer}"


class RemittanceAdvice(models.Model):
    """What a payer says a payment is for. It waits for its money, and is used up by the line it was booked with."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="remittance_advices")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="remittance_advices")
    currency = models.CharField(max_length=3)
    total = money_field()
    paid_on = models.DateField(null=True, blank=True)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    line = models.ForeignKey(BankLine, on_delete=models.SET_NULL, null=True, blank=True, related_name="remittance_advices")
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.total} {self.currency}"


class RemittanceLine(models.Model):
    """One row of an advice: the number as the payer writes it, the invoice it is, what is paid and what is taken off."""

    advice = models.ForeignKey(RemittanceAdvice, on_delete=models.CASCADE, related_name="lines")
    number = models.CharField(max_length=100)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, null=True, blank=True, related_name="remittance_lines")
    amount = money_field()
    discount = zero_money_field()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.number} {self.amount}"
