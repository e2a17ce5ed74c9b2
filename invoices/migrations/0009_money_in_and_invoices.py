from decimal import Decimal

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0007_money_in_and_invoices"),
        ("invoices", "0001_squashed_0008_guard_of_signed_bytes"),
    ]

    operations = [
        migrations.CreateModel(
            name="ColumnLayout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("header_key", models.CharField(help_text="SHA-256 of the names in the head of the table.", max_length=64)),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("options", models.JSONField(default=dict)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="column_layouts", to="customers.business"
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                "constraints": [models.UniqueConstraint(fields=("business", "header_key"), name="one_layout_a_header")],
            },
        ),
        migrations.CreateModel(
            name="DraftInvoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("issued", "Issued"), ("dropped", "Dropped")], default="draft", max_length=10
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("issue_on", models.DateField(verbose_name="date of the invoice")),
                ("terms_days", models.PositiveSmallIntegerField(verbose_name="terms in days")),
                ("delivered_on", models.DateField(blank=True, null=True, verbose_name="delivered on")),
                ("purchase_order", models.CharField(blank=True, max_length=100, verbose_name="purchase order")),
                ("buyer_reference", models.CharField(blank=True, max_length=100, verbose_name="buyer reference")),
                ("quote_reference", models.CharField(blank=True, max_length=100, verbose_name="quote or order of ours")),
                (
                    "quote_net",
                    models.DecimalField(blank=True, decimal_places=3, max_digits=18, null=True, verbose_name="agreed net sum"),
                ),
                ("prepaid", models.DecimalField(decimal_places=3, default=Decimal("0"), max_digits=18)),
                ("exemption_reason", models.CharField(blank=True, default="", max_length=200, verbose_name="why no tax is due")),
                ("note", models.TextField(blank=True, verbose_name="note on the invoice")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("attachments", models.ManyToManyField(blank=True, related_name="drafts", to="customers.attachment")),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="drafts", to="customers.business"
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
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="drafts", to="customers.customer"
                    ),
                ),
                (
                    "invoice",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draft",
                        to="invoices.invoice",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["draft", "issued", "dropped"])), name="draft_state_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "issued"), _negated=True), ("invoice__isnull", False), _connector="OR"
                        ),
                        name="issued_draft_has_invoice",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DraftLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("description", models.CharField(max_length=500, verbose_name="description")),
                ("quantity", models.DecimalField(decimal_places=6, default=1, max_digits=18, verbose_name="quantity")),
                ("unit", models.CharField(default="C62", max_length=10, verbose_name="unit")),
                ("unit_price", models.DecimalField(decimal_places=6, max_digits=18, verbose_name="price")),
                ("discount_pct", models.DecimalField(decimal_places=4, default=0, max_digits=7, verbose_name="discount in %")),
                ("tax_category", models.CharField(default="S", max_length=2, verbose_name="tax category")),
                ("tax_rate", models.DecimalField(decimal_places=4, default=0, max_digits=7, verbose_name="tax in %")),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="invoices.draftinvoice"
                    ),
                ),
            ],
            options={
                "ordering": ["draft", "position"],
                "constraints": [models.UniqueConstraint(fields=("draft", "position"), name="one_draft_line_a_position")],
            },
        ),
        migrations.CreateModel(
            name="InvoiceDetail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "format",
                    models.CharField(
                        blank=True, help_text="The schema it came in: ubl, cii, fatturapa; or made here.", max_length=40
                    ),
                ),
                ("type_code", models.CharField(blank=True, help_text="UNTDID 1001: 380, 384, 389 ...", max_length=10)),
                ("net", models.DecimalField(blank=True, decimal_places=3, max_digits=18, null=True)),
                ("tax", models.DecimalField(blank=True, decimal_places=3, max_digits=18, null=True)),
                (
                    "gross",
                    models.DecimalField(
                        blank=True, decimal_places=3, help_text="The total that is printed.", max_digits=18, null=True
                    ),
                ),
                ("rounding", models.DecimalField(decimal_places=3, default=Decimal("0"), max_digits=18)),
                ("withheld", models.DecimalField(decimal_places=3, default=Decimal("0"), max_digits=18)),
                ("prepaid", models.DecimalField(decimal_places=3, default=Decimal("0"), max_digits=18)),
                (
                    "due_from",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("file", "as the file says"),
                            ("terms", "worked out from its terms"),
                            ("usual", "by the usual terms, as somebody chose"),
                            ("person", "as somebody said"),
                            ("settled", "nothing was left to pay"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("seller", models.CharField(blank=True, max_length=200)),
                ("seller_tax_id", models.CharField(blank=True, max_length=50)),
                ("buyer", models.CharField(blank=True, max_length=200)),
                ("buyer_tax_id", models.CharField(blank=True, max_length=50)),
                ("buyer_reference", models.CharField(blank=True, max_length=100)),
                ("quote_reference", models.CharField(blank=True, max_length=100)),
                ("quote_net", models.DecimalField(blank=True, decimal_places=3, max_digits=18, null=True)),
                ("terms_text", models.TextField(blank=True)),
                ("pay_to_account", models.CharField(blank=True, max_length=64)),
                ("note", models.TextField(blank=True)),
                (
                    "taxes",
                    models.JSONField(blank=True, default=list, help_text="By rate: category, rate, base, tax, as strings."),
                ),
                ("attachments", models.ManyToManyField(blank=True, related_name="+", to="customers.document")),
                (
                    "invoice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="detail", to="invoices.invoice"
                    ),
                ),
                (
                    "xml",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.document",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="KnownPayer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("account", "Account"), ("name", "Name")], max_length=10)),
                ("key", models.CharField(max_length=200)),
                ("times", models.PositiveIntegerField(default=1)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="known_payers", to="customers.business"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="known_payers", to="customers.customer"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("business", "kind", "key", "customer"), name="one_row_a_payer_and_customer")
                ],
            },
        ),
        migrations.CreateModel(
            name="NumberSeries",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pattern", models.CharField(default="{year}-{number:04}", max_length=60, verbose_name="pattern")),
                ("year", models.PositiveSmallIntegerField(blank=True, help_text="The year it counts in, if any.", null=True)),
                ("next", models.PositiveIntegerField(default=1, verbose_name="next number")),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="number_series", to="customers.business"
                    ),
                ),
            ],
            options={
                "ordering": ["business", "-year"],
                "constraints": [
                    models.UniqueConstraint(fields=("business", "year"), name="one_series_a_year"),
                    models.UniqueConstraint(
                        condition=models.Q(("year", None)), fields=("business",), name="one_series_without_a_year"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaperMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(max_length=60)),
                ("ordinal", models.PositiveSmallIntegerField()),
                ("sent_to", models.EmailField(max_length=254)),
                ("begun_at", models.DateTimeField()),
                ("handed_over_at", models.DateTimeField(blank=True, null=True)),
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
                (
                    "contact",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="customers.contact"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="customers.customer"),
                ),
            ],
            options={
                "ordering": ["subject", "ordinal"],
                "constraints": [models.UniqueConstraint(fields=("business", "subject", "ordinal"), name="one_mail_a_time")],
            },
        ),
        migrations.CreateModel(
            name="PreflightCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "check_id",
                    models.CharField(
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
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("passed", "In order"),
                            ("warn", "Look at it"),
                            ("block", "Must be put right"),
                            ("n/a", "Does not apply"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("checked_on", models.DateField()),
                ("ticked_on", models.DateField(blank=True, null=True)),
                (
                    "business",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="customers.business"),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="preflight",
                        to="invoices.draftinvoice",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="preflight",
                        to="invoices.invoice",
                    ),
                ),
                (
                    "ticked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["check_id"],
                "constraints": [
                    models.UniqueConstraint(fields=("invoice", "check_id"), name="one_verdict_a_check_of_an_invoice"),
                    models.UniqueConstraint(fields=("draft", "check_id"), name="one_verdict_a_check_of_a_draft"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("draft__isnull", True), ("invoice__isnull", False)),
                            models.Q(("draft__isnull", False), ("invoice__isnull", True)),
                            _connector="OR",
                        ),
                        name="preflight_of_one_thing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("verdict__in", ["passed", "warn", "block", "n/a"])), name="preflight_verdict_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=3, max_digits=18)),
                ("currency", models.CharField(max_length=3)),
                ("on", models.DateField(verbose_name="paid back on")),
                ("reference", models.CharField(blank=True, max_length=200, verbose_name="reference")),
                ("reversed_on", models.DateField(blank=True, null=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="customers.business"
                    ),
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
                    "credit_note",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="invoices.creditnote",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="customers.customer"
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="invoices.payment",
                    ),
                ),
            ],
            options={
                "ordering": ["-on", "-id"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="refund_amount_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("credit_note__isnull", True), ("payment__isnull", False)),
                            models.Q(("credit_note__isnull", False), ("payment__isnull", True)),
                            _connector="OR",
                        ),
                        name="refund_has_one_source",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Satisfaction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("fine", "All is as ordered"),
                            ("wrong", "Something is wrong"),
                            ("address", "It went to the wrong address"),
                        ],
                        max_length=10,
                    ),
                ),
                ("said", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                (
                    "business",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.business"),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="satisfactions", to="customers.customer"
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="satisfactions", to="invoices.invoice"
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="satisfactions",
                        to="invoices.portallink",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ["fine", "wrong", "address"])), name="satisfaction_answer_known"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SyncConflict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("changes", models.JSONField(help_text="By field: [ours, theirs], as strings.")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "To be settled"), ("theirs", "Taken over"), ("ours", "Left as it is")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="conflicts",
                        to="customers.importbatch",
                    ),
                ),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="conflicts", to="customers.business"
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="conflicts", to="invoices.invoice"
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")), fields=("invoice",), name="one_open_conflict_an_invoice"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "theirs", "ours"])), name="conflict_state_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SyncSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("statements", "Bank statements"),
                            ("invoices", "Invoices and credit notes"),
                            ("einvoices", "Electronic invoices"),
                            ("payments", "Payments received"),
                            ("customers", "Customers"),
                        ],
                        max_length=20,
                        verbose_name="what is in it",
                    ),
                ),
                ("folder", models.CharField(max_length=200, verbose_name="folder")),
                ("layout", models.JSONField(blank=True, default=dict)),
                ("active", models.BooleanField(default=True, verbose_name="on")),
                ("last_run_at", models.DateTimeField(blank=True, null=True)),
                ("report", models.JSONField(blank=True, default=dict)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sync_sources", to="customers.business"
                    ),
                ),
            ],
            options={
                "ordering": ["kind", "folder"],
                "constraints": [models.UniqueConstraint(fields=("business", "folder"), name="one_source_a_folder")],
            },
        ),
        migrations.CreateModel(
            name="BankAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("identifier", models.CharField(blank=True, max_length=64, verbose_name="IBAN or account number")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("name", models.CharField(blank=True, max_length=100, verbose_name="name")),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bank_accounts", to="customers.business"
                    ),
                ),
            ],
            options={
                "ordering": ["name", "identifier"],
                "constraints": [
                    models.UniqueConstraint(fields=("business", "identifier", "currency"), name="one_account_an_identifier")
                ],
            },
        ),
        migrations.CreateModel(
            name="BankStatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("format", models.CharField(max_length=20)),
                ("number", models.CharField(blank=True, max_length=100)),
                ("from_on", models.DateField(blank=True, null=True)),
                ("to_on", models.DateField(blank=True, null=True)),
                ("opening", models.DecimalField(blank=True, decimal_places=3, max_digits=18, null=True)),
                ("closing", models.DecimalField(blank=True, decimal_places=3, max_digits=18, null=True)),
                ("difference", models.DecimalField(blank=True, decimal_places=3, max_digits=18, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="statements", to="invoices.bankaccount"
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="statements", to="customers.importbatch"
                    ),
                ),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bank_statements", to="customers.business"
                    ),
                ),
            ],
            options={
                "ordering": ["-to_on", "-id"],
            },
        ),
        migrations.CreateModel(
            name="BankLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fingerprint", models.CharField(max_length=64)),
                ("booked_on", models.DateField()),
                ("valued_on", models.DateField()),
                ("amount", models.DecimalField(decimal_places=3, max_digits=18)),
                ("currency", models.CharField(max_length=3)),
                ("payer", models.CharField(blank=True, max_length=200)),
                ("payer_account", models.CharField(blank=True, max_length=64)),
                (
                    "reference",
                    models.CharField(blank=True, help_text="Structured: a creditor reference, an end-to-end id.", max_length=200),
                ),
                ("text", models.TextField(blank=True, help_text="What the payer wrote, as the bank passes it on.")),
                ("bank_reference", models.CharField(blank=True, max_length=200)),
                ("charges", models.DecimalField(decimal_places=3, default=Decimal("0"), max_digits=18)),
                ("reversal", models.BooleanField(default=False, help_text="The bank says it takes an earlier line back.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "To be matched"),
                            ("booked", "Booked"),
                            ("returned", "Took a payment back"),
                            ("left", "Not from a customer"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("suggestions", models.JSONField(blank=True, default=list)),
                ("sure", models.PositiveSmallIntegerField(default=0)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("effects", models.JSONField(blank=True, default=dict)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="invoices.bankaccount"
                    ),
                ),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bank_lines", to="customers.business"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bank_lines",
                        to="customers.customer",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "takes_back",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken_back_by",
                        to="invoices.payment",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="invoices.bankstatement"
                    ),
                ),
            ],
            options={
                "ordering": ["-booked_on", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")), fields=["business", "-sure", "id"], name="bank_line_open"
                    ),
                    models.Index(fields=["business", "-booked_on"], name="bank_line_latest"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("business", "fingerprint"), name="one_bank_line_a_fingerprint"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "booked", "returned", "left"])), name="bank_line_state_known"
                    ),
                    models.CheckConstraint(condition=models.Q(("amount", 0), _negated=True), name="bank_line_has_amount"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RemittanceAdvice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("total", models.DecimalField(decimal_places=3, max_digits=18)),
                ("paid_on", models.DateField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="remittance_advices", to="customers.business"
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
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="remittance_advices",
                        to="customers.customer",
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
                    "line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="remittance_advices",
                        to="invoices.bankline",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="RemittanceLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=100)),
                ("amount", models.DecimalField(decimal_places=3, max_digits=18)),
                ("discount", models.DecimalField(decimal_places=3, default=Decimal("0"), max_digits=18)),
                (
                    "advice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="invoices.remittanceadvice"
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="remittance_lines",
                        to="invoices.invoice",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddField(
            model_name="creditnote",
            name="corrects",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="invoices.invoice",
            ),
        ),
        migrations.AddField(
            model_name="creditnote",
            name="taken_back",
            field=models.JSONField(blank=True, default=dict, help_text="Of an invoice made here: its line and how many."),
        ),
        migrations.AddField(
            model_name="payment",
            name="receipt_sent_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="writeoff",
            name="kind",
            field=models.CharField(
                choices=[
                    ("small", "Small balance"),
                    ("bad_debt", "Bad debt"),
                    ("settlement", "Settlement"),
                    ("goodwill", "Goodwill"),
                    ("discount", "Discount for early payment"),
                    ("charges", "Bank charges"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="bank_line",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="invoices.bankline",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(condition=models.Q(("bank_line", None)), fields=["business", "-id"], name="payment_by_hand"),
        ),
    ]
