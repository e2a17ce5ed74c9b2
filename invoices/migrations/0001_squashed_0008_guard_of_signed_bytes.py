"""All tables in one step, for a new database: the steps it replaces take most of the time a test run needs to start."""

from decimal import Decimal

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from arcollect.guards import Guard, operation

# What a customer signed or accepted stays as it was, with the record of how it was signed.
SIGNED = "EXISTS (SELECT 1 FROM invoices_paymentplan AS plan WHERE plan.id = OLD.plan_id AND plan.signed_at IS NOT NULL)"
MESSAGE = "a signed plan cannot be changed or deleted"
GUARDS = [
    Guard(
        "signed_plan_stays",
        "invoices_paymentplan",
        MESSAGE,
        when="OLD.signed_at IS NOT NULL",
        columns=(
            "customer_id",
            "currency",
            "total",
            "discount",
            "version",
            "terms",
            "terms_sha256",
            "signed_at",
            "business_id",
            "document_id",
        ),
    ),
    Guard(
        "signed_instalment_stays",
        "invoices_instalment",
        MESSAGE,
        when=SIGNED,
        columns=("plan_id", "position", "due_on", "amount"),
    ),
    Guard("signed_coverage_stays", "invoices_planinvoice", MESSAGE, when=SIGNED),
    Guard(
        "signature_stays",
        "invoices_signature",
        "a signature cannot be changed or deleted",
        columns=(
            "plan_id",
            "party",
            "name",
            "role",
            "email",
            "record",
            "record_sha256",
            "document_id",
            "link_id",
            "signed_at",
            "business_id",
            "evidence_id",
            "by_id",
        ),
    ),
    Guard(
        "accepted_settlement_stays",
        "invoices_settlement",
        "an accepted settlement cannot be changed or deleted",
        when="OLD.accepted_at IS NOT NULL",
        columns=("customer_id", "currency", "total", "amount", "accept_by", "pay_by", "accepted_at"),
    ),
]


class Migration(migrations.Migration):
    replaces = [
        ("invoices", "0001_initial"),
        ("invoices", "0002_guards"),
        ("invoices", "0003_engine"),
        ("invoices", "0004_desk"),
        ("invoices", "0005_plans_and_links"),
        ("invoices", "0006_guards_of_agreements"),
        ("invoices", "0007_newer_version_beside_plan"),
        ("invoices", "0008_guard_of_signed_bytes"),
    ]

    initial = True

    dependencies = [
        ("customers", "0001_squashed_0006_plans_and_links"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=100, verbose_name="number")),
                (
                    "number_key",
                    models.CharField(help_text="The number without what people leave out when they type it.", max_length=100),
                ),
                ("issued_on", models.DateField(verbose_name="issued on")),
                ("due_on", models.DateField(verbose_name="due on")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("total", models.DecimalField(decimal_places=3, max_digits=18, verbose_name="total")),
                ("balance", models.DecimalField(decimal_places=3, max_digits=18, verbose_name="open")),
                ("purchase_order", models.CharField(blank=True, max_length=100, verbose_name="purchase order")),
                ("delivered_on", models.DateField(blank=True, null=True, verbose_name="delivered on")),
                (
                    "paid_on",
                    models.DateField(
                        blank=True, help_text="The day the balance became nothing.", null=True, verbose_name="paid on"
                    ),
                ),
                ("no_reminders", models.BooleanField(default=False, verbose_name="no reminders")),
                (
                    "entry_hold",
                    models.BooleanField(
                        default=False, help_text="First seen long overdue in a live ledger: waits until the owner releases it."
                    ),
                ),
                (
                    "released_on",
                    models.DateField(
                        blank=True, help_text="The day the owner released the imported ledger it came with.", null=True
                    ),
                ),
                ("first_seen_on", models.DateField(help_text="The day this program first knew of it.")),
                (
                    "cycle",
                    models.PositiveSmallIntegerField(
                        default=1, help_text="Grows only when a fully paid invoice is reopened, so that its steps may fire again."
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="invoices", to="customers.business"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="invoices", to="customers.customer"
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.document",
                    ),
                ),
                (
                    "import_batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="invoices",
                        to="customers.importbatch",
                    ),
                ),
            ],
            options={
                "ordering": ["due_on", "issued_on", "number"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("balance__gt", 0)),
                        fields=["business", "customer", "due_on"],
                        include=("currency", "balance"),
                        name="invoice_open",
                    ),
                    models.Index(fields=["business", "issued_on"], name="invoice_issued"),
                    models.Index(fields=["customer", "-issued_on"], name="invoice_of_customer"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("business", "number_key"), name="one_invoice_a_number"),
                    models.CheckConstraint(
                        condition=models.Q(("balance__gte", 0), ("balance__lte", models.F("total"))), name="balance_within_total"
                    ),
                    models.CheckConstraint(condition=models.Q(("total__gt", 0)), name="invoice_total_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=100, verbose_name="number")),
                ("number_key", models.CharField(max_length=100)),
                ("issued_on", models.DateField(verbose_name="issued on")),
                ("currency", models.CharField(max_length=3)),
                ("total", models.DecimalField(decimal_places=3, max_digits=18)),
                ("allocated", models.DecimalField(decimal_places=3, default=Decimal("0"), max_digits=18)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="credit_notes", to="customers.business"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="credit_notes", to="customers.customer"
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.document",
                    ),
                ),
                (
                    "import_batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="credit_notes",
                        to="customers.importbatch",
                    ),
                ),
            ],
            options={
                "ordering": ["-issued_on", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("allocated__lt", models.F("total"))),
                        fields=["business", "customer"],
                        name="credit_note_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("business", "number_key"), name="one_credit_note_a_number"),
                    models.CheckConstraint(
                        condition=models.Q(("allocated__gte", 0), ("allocated__lte", models.F("total"))),
                        name="credit_allocated_within_total",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InterestWaiver",
            fields=[
                (
                    "invoice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="interest_waiver",
                        serialize=False,
                        to="invoices.invoice",
                    ),
                ),
                ("on", models.DateField()),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "business",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="customers.business"),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Dispute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("PRICE", "Price"),
                            ("QTY_SHORT", "Quantity short"),
                            ("DAMAGED", "Damaged"),
                            ("QUALITY", "Quality"),
                            ("WRONG_ITEM", "Wrong item"),
                            ("NOT_DELIVERED", "Not delivered"),
                            ("DUPLICATE", "Invoiced twice"),
                            ("TERMS", "Payment terms"),
                            ("DISCOUNT", "Discount"),
                            ("FREIGHT", "Freight"),
                            ("TAX", "Tax"),
                            ("PO_MISSING", "Purchase order missing"),
                            ("DOC_MISSING", "Document missing"),
                            ("WRONG_PARTY", "Wrong party"),
                            ("SERVICE_INCOMPLETE", "Service incomplete"),
                            ("OFFSET", "Set off against a claim"),
                            ("OTHER", "Other"),
                        ],
                        max_length=20,
                        verbose_name="about",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=3, max_digits=18, verbose_name="amount in dispute")),
                ("opened_on", models.DateField()),
                ("answer_by", models.DateField(blank=True, null=True)),
                ("close_by", models.DateField(blank=True, null=True)),
                ("summary", models.TextField(blank=True, verbose_name="what the customer says")),
                ("answered_on", models.DateField(blank=True, null=True)),
                (
                    "preflight",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("PF01", "Wrong or missing legal name"),
                            ("PF02", "Invoice number used twice"),
                            ("PF03", "Order number missing or wrong"),
                            ("PF04", "Sent to the wrong place or person"),
                            ("PF05", "Wrong due date or terms"),
                            ("PF06", "Lines or sums do not add up"),
                            ("PF07", "Wrong tax amount or rate"),
                            ("PF08", "Wrong tax number"),
                            ("PF09", "Wrong bank details"),
                            ("PF10", "Invoiced twice"),
                            ("PF11", "Delivery not proved, short or not as ordered"),
                            ("PF12", "Wrong currency"),
                            ("PF13", "Price, quantity or discount not as agreed"),
                            ("PF14", "Terms were never accepted"),
                            ("PF15", "Supplied over the limit or on hold"),
                            ("PF16", "Description too thin, period or site missing"),
                            ("PF17", "Private numbers in the text"),
                            ("PF18", "Invoiced too early or too late"),
                            ("none", "No check of the invoice would have caught it"),
                        ],
                        max_length=10,
                        verbose_name="would have been caught by checking",
                    ),
                ),
                ("resolved_on", models.DateField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("upheld", "The customer was right"),
                            ("partly", "The customer was partly right"),
                            ("rejected", "The invoice stands"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        max_length=20,
                    ),
                ),
                ("resolution", models.TextField(blank=True, verbose_name="what was found")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="customers.business"
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disputes",
                        to="customers.conversation",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="customers.customer"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="invoices.invoice"
                    ),
                ),
            ],
            options={
                "ordering": ["-opened_on", "-id"],
                "indexes": [
                    models.Index(condition=models.Q(("resolved_on__isnull", True)), fields=["invoice"], name="dispute_open")
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="dispute_amount_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", ""), ("resolved_on__isnull", True)),
                            models.Q(("resolved_on__isnull", False), models.Q(("outcome", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="dispute_resolved_with_outcome",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoiceLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("description", models.CharField(blank=True, max_length=500)),
                ("quantity", models.DecimalField(decimal_places=6, default=1, max_digits=18)),
                ("unit_price", models.DecimalField(decimal_places=6, default=0, max_digits=18)),
                ("net", models.DecimalField(decimal_places=3, default=Decimal("0"), max_digits=18)),
                ("tax_rate", models.DecimalField(decimal_places=4, default=0, max_digits=7)),
                ("tax", models.DecimalField(decimal_places=3, default=Decimal("0"), max_digits=18)),
                (
                    "invoice",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="invoices.invoice"),
                ),
            ],
            options={
                "ordering": ["invoice", "position"],
                "constraints": [models.UniqueConstraint(fields=("invoice", "position"), name="one_line_a_position")],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("received_on", models.DateField(verbose_name="received on")),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.DecimalField(decimal_places=3, max_digits=18, verbose_name="amount")),
                ("allocated", models.DecimalField(decimal_places=3, default=Decimal("0"), max_digits=18)),
                ("method", models.CharField(blank=True, max_length=50, verbose_name="method")),
                ("reference", models.CharField(blank=True, max_length=200, verbose_name="reference")),
                (
                    "fingerprint",
                    models.CharField(help_text="What makes a second import of the same payment harmless.", max_length=64),
                ),
                ("returned_on", models.DateField(blank=True, null=True, verbose_name="returned on")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="customers.business"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="customers.customer"
                    ),
                ),
                (
                    "import_batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="payments",
                        to="customers.importbatch",
                    ),
                ),
            ],
            options={
                "ordering": ["-received_on", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("allocated__lt", models.F("amount")), ("returned_on__isnull", True)),
                        fields=["business", "customer"],
                        name="payment_unapplied",
                    ),
                    models.Index(fields=["business", "received_on"], name="payment_received"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("business", "fingerprint"), name="one_payment_a_fingerprint"),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="payment_amount_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("allocated__gte", 0), ("allocated__lte", models.F("amount"))),
                        name="payment_allocated_within_amount",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Allocation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=3, max_digits=18)),
                ("on", models.DateField()),
                ("invoice_currency", models.CharField(max_length=3)),
                ("source_currency", models.CharField(max_length=3)),
                ("reversed_on", models.DateField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "business",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.business"),
                ),
                (
                    "credit_note",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to="invoices.creditnote",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="allocations", to="invoices.invoice"
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to="invoices.payment",
                    ),
                ),
            ],
            options={
                "ordering": ["on", "id"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="allocation_amount_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("credit_note__isnull", True), ("payment__isnull", False)),
                            models.Q(("credit_note__isnull", False), ("payment__isnull", True)),
                            _connector="OR",
                        ),
                        name="allocation_has_one_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("invoice_currency", models.F("source_currency"))),
                        name="allocation_within_one_currency",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("total", models.DecimalField(decimal_places=3, max_digits=18)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("offered", "Offered"),
                            ("viewed", "Seen by the customer"),
                            ("signed", "Signed by the customer"),
                            ("active", "Active"),
                            ("at_risk", "At risk"),
                            ("completed", "Completed"),
                            ("defaulted", "Defaulted"),
                            ("cancelled", "Cancelled"),
                            ("expired", "Expired"),
                            ("declined", "Declined"),
                            ("countered", "Answered with a counter-proposal"),
                        ],
                        default="draft",
                        max_length=12,
                    ),
                ),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("terms", models.JSONField(blank=True, default=dict)),
                ("terms_sha256", models.CharField(blank=True, max_length=64)),
                ("discount", models.DecimalField(decimal_places=3, default=Decimal("0"), max_digits=18)),
                (
                    "proposed_by",
                    models.CharField(
                        choices=[("creditor", "We"), ("customer", "The customer")], default="creditor", max_length=10
                    ),
                ),
                ("proposal", models.TextField(blank=True)),
                ("cure_by", models.DateField(blank=True, null=True)),
                (
                    "end_rule",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("second_missed", "A second instalment was missed"),
                            ("not_cured", "A missed instalment was not made good before the next"),
                            ("returned", "Two payments came back"),
                            ("owner", "Its owner ended it"),
                        ],
                        max_length=20,
                    ),
                ),
                ("offered_on", models.DateField(blank=True, null=True)),
                ("accept_by", models.DateField(blank=True, null=True)),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
                ("active_from", models.DateField(blank=True, null=True)),
                ("ended_on", models.DateField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "business",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="plans", to="customers.business"),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to="customers.conversation",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="plans", to="customers.customer"),
                ),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.document",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="invoices.paymentplan",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("replaces", None), ("state__in", ["offered", "viewed", "signed", "active", "at_risk"])),
                            ("state__in", ["signed", "active", "at_risk"]),
                            _connector="OR",
                        ),
                        fields=("customer", "currency"),
                        name="one_live_plan",
                    ),
                    models.CheckConstraint(condition=models.Q(("total__gt", 0)), name="plan_total_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("discount__gte", 0), ("discount__lt", models.F("total"))),
                        name="plan_discount_within_total",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "draft",
                                    "offered",
                                    "viewed",
                                    "signed",
                                    "active",
                                    "at_risk",
                                    "completed",
                                    "defaulted",
                                    "cancelled",
                                    "expired",
                                    "declined",
                                    "countered",
                                ],
                            )
                        ),
                        name="plan_state_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Instalment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("due_on", models.DateField()),
                ("amount", models.DecimalField(decimal_places=3, max_digits=18)),
                ("paid", models.DecimalField(decimal_places=3, default=Decimal("0"), max_digits=18)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Not due yet"),
                            ("paid", "Paid"),
                            ("part", "Partly paid"),
                            ("late", "Late"),
                            ("missed", "Missed"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="instalments", to="invoices.paymentplan"
                    ),
                ),
            ],
            options={
                "ordering": ["plan", "position"],
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "position"), name="one_instalment_a_position"),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0), ("paid__gte", 0), ("paid__lte", models.F("amount"))),
                        name="instalment_paid_within_amount",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanInvoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=3, max_digits=18)),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="plan_lines", to="invoices.invoice"
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="covered", to="invoices.paymentplan"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "invoice"), name="one_plan_line_an_invoice"),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="plan_line_amount_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Promise",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.DecimalField(decimal_places=3, max_digits=18)),
                ("made_on", models.DateField()),
                ("due_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("kept", "Kept"),
                            ("partial", "Partly kept"),
                            ("broken", "Broken"),
                            ("cancelled", "Cancelled"),
                            ("superseded", "Replaced by another"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("received", models.DecimalField(decimal_places=3, default=Decimal("0"), max_digits=18)),
                ("evaluated_on", models.DateField(blank=True, null=True)),
                ("source", models.CharField(default="call", max_length=10)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="promises", to="customers.business"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="customers.contact",
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promises",
                        to="customers.conversation",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="promises", to="customers.customer"
                    ),
                ),
            ],
            options={
                "ordering": ["-made_on", "-id"],
                "indexes": [
                    models.Index(condition=models.Q(("state", "open")), fields=["customer", "currency"], name="promise_open")
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="promise_amount_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "kept", "partial", "broken", "cancelled", "superseded"])),
                        name="promise_state_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PromiseLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=3, max_digits=18)),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="promise_lines", to="invoices.invoice"
                    ),
                ),
                (
                    "promise",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="invoices.promise"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("promise", "invoice"), name="one_promise_line_an_invoice"),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="promise_line_amount_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReferenceRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reference",
                    models.CharField(
                        choices=[("BOE", "Bank of England, Bank rate"), ("ECB", "European Central Bank, main refinancing rate")],
                        max_length=10,
                        verbose_name="rate",
                    ),
                ),
                ("on", models.DateField(verbose_name="in force on")),
                ("percent", models.DecimalField(decimal_places=3, max_digits=6, verbose_name="percent a year")),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reference_rates", to="customers.business"
                    ),
                ),
            ],
            options={
                "ordering": ["reference", "-on"],
                "constraints": [models.UniqueConstraint(fields=("business", "reference", "on"), name="one_rate_a_day")],
            },
        ),
        migrations.CreateModel(
            name="Settlement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("total", models.DecimalField(decimal_places=3, max_digits=18)),
                ("amount", models.DecimalField(decimal_places=3, max_digits=18, verbose_name="amount to pay")),
                ("received", models.DecimalField(decimal_places=3, default=Decimal("0"), max_digits=18)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "Offered"),
                            ("accepted", "Accepted"),
                            ("kept", "Paid as agreed"),
                            ("missed", "Not paid as agreed"),
                            ("expired", "Not accepted in time"),
                            ("declined", "Declined"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="offered",
                        max_length=12,
                    ),
                ),
                ("offered_on", models.DateField()),
                ("accept_by", models.DateField(verbose_name="accept by")),
                ("pay_by", models.DateField(verbose_name="pay by")),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("accepted_by", models.CharField(blank=True, help_text="Who accepted it for the customer.", max_length=200)),
                ("ended_on", models.DateField(blank=True, null=True)),
                ("waived", models.BooleanField(default=False)),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="why we offer it")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="settlements", to="customers.business"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settlements",
                        to="customers.conversation",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="settlements", to="customers.customer"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["offered", "accepted"])),
                        fields=("customer", "currency"),
                        name="one_live_settlement",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0), ("amount__lt", models.F("total"))),
                        name="settlement_amount_below_total",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("accept_by__lte", models.F("pay_by"))), name="settlement_accepted_before_paid"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["offered", "accepted", "kept", "missed", "expired", "declined", "cancelled"])
                        ),
                        name="settlement_state_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PortalLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("letter", "A letter's invoices"),
                            ("offer", "A plan or settlement on offer"),
                            ("plan", "A signed plan"),
                        ],
                        max_length=10,
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("expires_on", models.DateField()),
                ("code_to_view", models.BooleanField(default=False)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "viewed_at",
                    models.DateTimeField(blank=True, help_text="When a customer who gave the code last looked.", null=True),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="portal_links", to="customers.business"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="customers.contact",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="portal_links", to="customers.customer"
                    ),
                ),
                ("invoices", models.ManyToManyField(related_name="portal_links", to="invoices.invoice")),
                (
                    "letter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="portal_links",
                        to="customers.letter",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="portal_links",
                        to="invoices.paymentplan",
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "settlement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="portal_links",
                        to="invoices.settlement",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["customer", "-id"], name="link_of_customer")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["letter", "offer", "plan"])), name="link_purpose_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("plan", None), ("settlement", None), _connector="OR"), name="link_to_one_offer"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PortalCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "method",
                    models.CharField(
                        choices=[("email", "Code by e-mail"), ("knowledge", "Invoice number and postcode")], max_length=10
                    ),
                ),
                ("code_hash", models.CharField(blank=True, max_length=64)),
                ("sent_to", models.CharField(blank=True, max_length=254)),
                ("sent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("address", models.GenericIPAddressField(blank=True, null=True)),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="codes", to="invoices.portallink"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["link", "-sent_at"], name="code_of_link")],
            },
        ),
        migrations.CreateModel(
            name="SettlementInvoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=3, max_digits=18)),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="settlement_lines", to="invoices.invoice"
                    ),
                ),
                (
                    "settlement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="covered", to="invoices.settlement"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("settlement", "invoice"), name="one_settlement_line_an_invoice"),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="settlement_line_amount_positive"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("party", models.CharField(choices=[("customer", "The customer"), ("creditor", "The creditor")], max_length=10)),
                ("name", models.CharField(max_length=200, verbose_name="full name")),
                ("role", models.CharField(blank=True, max_length=200, verbose_name="role")),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("record", models.JSONField()),
                ("record_sha256", models.CharField(max_length=64)),
                ("signed_at", models.DateTimeField()),
                ("copy_sent_at", models.DateTimeField(blank=True, null=True)),
                ("copy_problem", models.CharField(blank=True, max_length=300)),
                (
                    "business",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.business"),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.document"),
                ),
                (
                    "evidence",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.document",
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="invoices.portallink",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="signatures", to="invoices.paymentplan"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "party"), name="one_signature_a_party"),
                    models.CheckConstraint(
                        condition=models.Q(("party__in", ["customer", "creditor"])), name="signature_party_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WriteOff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("small", "Small balance"),
                            ("bad_debt", "Bad debt"),
                            ("settlement", "Settlement"),
                            ("goodwill", "Goodwill"),
                        ],
                        max_length=20,
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=3, max_digits=18)),
                ("on", models.DateField()),
                ("reason", models.CharField(max_length=300)),
                ("reversed_on", models.DateField(blank=True, null=True)),
                (
                    "business",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.business"),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="write_offs", to="invoices.invoice"
                    ),
                ),
            ],
            options={
                "ordering": ["on", "id"],
                "constraints": [models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="write_off_amount_positive")],
            },
        ),
        *(operation(guard) for guard in GUARDS),
    ]
