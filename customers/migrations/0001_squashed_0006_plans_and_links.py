"""All tables in one step, for a new database: the steps it replaces take most of the time a test run needs to start."""

from decimal import Decimal

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from arcollect.guards import Guard, operation

# What was logged, sealed or sent stays as it was.
GUARDS = [
    Guard("event_stays", "customers_event", "an event cannot be changed or deleted"),
    Guard("seal_stays", "customers_seal", "a seal cannot be changed or deleted"),
    Guard("sent_letter_stays", "customers_letter", "a sent letter cannot be changed or deleted", when="OLD.state = 'sent'"),
]


class Migration(migrations.Migration):
    replaces = [
        ("customers", "0001_initial"),
        ("customers", "0002_guards"),
        ("customers", "0003_engine"),
        ("customers", "0004_letter_by_message_id"),
        ("customers", "0005_desk"),
        ("customers", "0006_plans_and_links"),
    ]

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Business",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("legal_name", models.CharField(blank=True, max_length=200, verbose_name="legal name")),
                ("street", models.CharField(blank=True, max_length=200, verbose_name="street")),
                ("city", models.CharField(blank=True, max_length=100, verbose_name="city")),
                ("postal_code", models.CharField(blank=True, max_length=20, verbose_name="postal code")),
                ("region", models.CharField(blank=True, max_length=50, verbose_name="state or region")),
                ("country", models.CharField(default="US", max_length=2, verbose_name="country")),
                ("currency", models.CharField(default="USD", max_length=3, verbose_name="currency")),
                ("language", models.CharField(default="en", max_length=10, verbose_name="language")),
                ("time_zone", models.CharField(default="UTC", max_length=64, verbose_name="time zone")),
                ("phone", models.CharField(blank=True, max_length=32, verbose_name="phone")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("website", models.URLField(blank=True, verbose_name="website")),
                ("tax_id", models.CharField(blank=True, max_length=50, verbose_name="tax id")),
                ("registration", models.CharField(blank=True, max_length=100, verbose_name="register entry")),
                ("account_holder", models.CharField(blank=True, max_length=100, verbose_name="account holder")),
                ("bank_name", models.CharField(blank=True, max_length=100, verbose_name="bank")),
                ("iban", models.CharField(blank=True, max_length=34, verbose_name="IBAN")),
                ("bic", models.CharField(blank=True, max_length=11, verbose_name="BIC")),
                (
                    "account_details",
                    models.TextField(
                        blank=True, help_text="One per line, as on your letters.", verbose_name="other bank details"
                    ),
                ),
                (
                    "payment_link",
                    models.CharField(
                        blank=True,
                        help_text="May contain {amount}, {currency} and {reference}.",
                        max_length=500,
                        verbose_name="payment link",
                    ),
                ),
                ("terms_days", models.PositiveSmallIntegerField(default=30, verbose_name="usual terms in days")),
                ("terms_text", models.TextField(blank=True, verbose_name="terms and conditions")),
                ("signatory", models.CharField(blank=True, max_length=100, verbose_name="letters are signed by")),
                ("signatory_role", models.CharField(blank=True, max_length=100, verbose_name="role of the signer")),
                ("signatory_phone", models.CharField(blank=True, max_length=32, verbose_name="direct line of the signer")),
                (
                    "released_on",
                    models.DateField(
                        blank=True,
                        help_text="Nothing fires before the owner has released the ledger.",
                        null=True,
                        verbose_name="live since",
                    ),
                ),
                ("settings", models.JSONField(blank=True, default=dict)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "verbose_name_plural": "businesses",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="e-mail address")),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(max_length=64)),
                ("content_type", models.CharField(max_length=100)),
                ("name", models.CharField(max_length=200)),
                ("size", models.PositiveIntegerField()),
                ("bytes", models.BinaryField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "business",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.business"),
                ),
            ],
        ),
        migrations.AddField(
            model_name="business",
            name="logo",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.document"
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(fields=("business", "sha256"), name="one_document_a_hash"),
        ),
        migrations.CreateModel(
            name="ImportBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("file_name", models.CharField(max_length=200)),
                ("sha256", models.CharField(max_length=64)),
                ("layout", models.JSONField(blank=True, default=dict)),
                ("counts", models.JSONField(blank=True, default=dict)),
                ("refused", models.JSONField(blank=True, default=list)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="import_batches", to="customers.business"
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
            ],
            options={
                "verbose_name_plural": "import batches",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Customer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(max_length=100, verbose_name="reference")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("legal_name", models.CharField(blank=True, max_length=200, verbose_name="legal name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("company", "Company"), ("sole_trader", "Sole trader"), ("individual", "Individual")],
                        default="company",
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("street", models.TextField(blank=True, verbose_name="street")),
                ("city", models.CharField(blank=True, max_length=100, verbose_name="city")),
                ("postal_code", models.CharField(blank=True, max_length=20, verbose_name="postal code")),
                ("region", models.CharField(blank=True, max_length=50, verbose_name="state or region")),
                ("country", models.CharField(blank=True, max_length=2, verbose_name="country")),
                ("language", models.CharField(blank=True, max_length=10, verbose_name="language")),
                ("time_zone", models.CharField(blank=True, max_length=64, verbose_name="time zone")),
                ("tax_id", models.CharField(blank=True, max_length=50, verbose_name="tax id")),
                ("terms_days", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="terms in days")),
                (
                    "credit_limit",
                    models.DecimalField(blank=True, decimal_places=3, max_digits=18, null=True, verbose_name="credit limit"),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("email", "E-mail"), ("post", "Post"), ("both", "E-mail and post")],
                        default="email",
                        max_length=10,
                        verbose_name="letters go by",
                    ),
                ),
                ("po_required", models.BooleanField(default=False, verbose_name="needs a purchase order number")),
                ("po_rule", models.CharField(blank=True, max_length=200, verbose_name="rule for order numbers")),
                ("portal", models.CharField(blank=True, max_length=200, verbose_name="invoices go through the portal")),
                ("pay_run", models.CharField(blank=True, max_length=100, verbose_name="pays on")),
                (
                    "approach",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not known yet"),
                            ("ADMIN", "Something administrative is in the way"),
                            ("NOT_YET", "Has not got round to it"),
                            ("CANT", "Cannot pay"),
                            ("WONT", "Does not want to pay"),
                            ("SHOULDNT", "Thinks they should not pay"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="approach",
                    ),
                ),
                ("on_hold", models.BooleanField(default=False, verbose_name="credit hold")),
                ("hold_reason", models.CharField(blank=True, max_length=200, verbose_name="reason for the hold")),
                ("no_reminders", models.BooleanField(default=False, verbose_name="no reminders")),
                ("no_reminders_until", models.DateField(blank=True, null=True, verbose_name="no reminders until")),
                ("cease_contact", models.BooleanField(default=False, verbose_name="asked not to be contacted")),
                ("represented_by", models.CharField(blank=True, max_length=200, verbose_name="represented by")),
                ("vulnerable", models.BooleanField(default=False, verbose_name="vulnerable")),
                ("quiet_from", models.TimeField(blank=True, null=True, verbose_name="not to be disturbed from")),
                ("quiet_until", models.TimeField(blank=True, null=True, verbose_name="not to be disturbed until")),
                ("moratorium_until", models.DateField(blank=True, null=True, verbose_name="moratorium until")),
                ("insolvent", models.BooleanField(default=False, verbose_name="insolvent")),
                ("deceased", models.BooleanField(default=False, verbose_name="deceased")),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="customers", to="customers.business"
                    ),
                ),
                (
                    "import_batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="customers",
                        to="customers.importbatch",
                    ),
                ),
            ],
            options={
                "ordering": ["name", "reference"],
                "constraints": [
                    models.UniqueConstraint(fields=("business", "reference"), name="one_customer_a_reference"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["company", "sole_trader", "individual"])), name="customer_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("quiet_from", None), ("quiet_until", None)),
                            models.Q(("quiet_from__isnull", False), ("quiet_until__isnull", False)),
                            _connector="OR",
                        ),
                        name="quiet_time_has_both_ends",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(blank=True, max_length=200, verbose_name="name")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("ap", "Accounts payable"),
                            ("decision", "Decision maker"),
                            ("representative", "Representative"),
                            ("other", "Other"),
                        ],
                        default="ap",
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("phone", models.CharField(blank=True, help_text="Stored as +14155550123.", max_length=32, verbose_name="phone")),
                ("fax", models.CharField(blank=True, max_length=32, verbose_name="fax")),
                ("verified_on", models.DateField(blank=True, null=True, verbose_name="verified on")),
                ("bounced_on", models.DateField(blank=True, null=True, verbose_name="bounced on")),
                ("bounce_reason", models.CharField(blank=True, max_length=300, verbose_name="reason of the bounce")),
                ("email_stopped_on", models.DateField(blank=True, null=True, verbose_name="e-mail stopped on")),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                (
                    "business",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.business"),
                ),
                (
                    "verified_by",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="contacts", to="customers.customer"
                    ),
                ),
            ],
            options={
                "ordering": ["customer", "role", "id"],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=200)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
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
                    "business",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.business"),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="attachments", to="customers.customer"
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.document"),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [models.Index(fields=["business", "subject"], name="attachment_of_subject")],
                "constraints": [
                    models.UniqueConstraint(fields=("business", "subject", "document"), name="one_attachment_a_paper")
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("kind", models.CharField(max_length=50)),
                ("subject", models.CharField(max_length=60)),
                ("data", models.JSONField(default=dict)),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="customers.business"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["business", "id"], name="event_in_order"),
                    models.Index(fields=["customer", "-id"], name="event_timeline"),
                    models.Index(fields=["business", "subject"], name="event_of_subject"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(choices=[("owner", "Owner"), ("bookkeeper", "Bookkeeper")], max_length=20)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="customers.business"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("business", "user"), name="one_membership_a_person"),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["owner", "bookkeeper"])), name="membership_role_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last_event_id", models.BigIntegerField()),
                ("events", models.PositiveIntegerField()),
                ("previous_hash", models.CharField(blank=True, max_length=64)),
                ("hash", models.CharField(max_length=64)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "business",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="seals", to="customers.business"),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [models.UniqueConstraint(fields=("business", "last_event_id"), name="one_seal_an_event")],
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("verify_ap", "Verify the contact"),
                            ("courtesy_call", "Courtesy call"),
                            ("review_letter", "Review a letter"),
                            ("call_60", "Listening call"),
                            ("call_90", "Negotiation call"),
                            ("broken_promise", "Call about a broken promise"),
                            ("find_contact", "Find a contact"),
                            ("match_cash", "Match money received"),
                            ("dispute", "Answer a query"),
                            ("answer_mail", "Answer a message"),
                            ("verify_claim", "Check what was said"),
                            ("callback", "Call back"),
                            ("promise_due", "Promise falls due"),
                            ("plan_proposal", "Payment plan on offer"),
                            ("plan_counter", "Answer a proposed plan"),
                            ("plan_countersign", "Sign a payment plan"),
                            ("contact_change", "A contact changed"),
                            ("warning", "Early warning"),
                            ("decide", "Owner's decision"),
                            ("other", "Other"),
                        ],
                        max_length=20,
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=100)),
                (
                    "role",
                    models.CharField(
                        choices=[("owner", "Owner"), ("bookkeeper", "Bookkeeper")], default="bookkeeper", max_length=20
                    ),
                ),
                ("opens_on", models.DateField(verbose_name="opens on")),
                ("due_on", models.DateField(verbose_name="due on")),
                ("snoozed_until", models.DateField(blank=True, null=True)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("amount", models.DecimalField(blank=True, decimal_places=3, max_digits=18, null=True)),
                ("reason", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("done", "Done"), ("cancelled", "Cancelled")], default="open", max_length=10
                    ),
                ),
                ("outcome", models.TextField(blank=True)),
                ("closed_on", models.DateField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "assigned_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "business",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="tasks", to="customers.business"),
                ),
                (
                    "closed_by",
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
                        related_name="tasks",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "ordering": ["due_on", "id"],
                "indexes": [models.Index(fields=["business", "state", "due_on"], name="task_worklist")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("customer__isnull", False), ("state", "open")),
                        fields=("customer", "kind", "subject"),
                        name="one_open_task_a_subject",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("customer__isnull", True), ("state", "open")),
                        fields=("business", "kind", "subject"),
                        name="one_open_house_task_a_subject",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "done", "cancelled"])), name="task_state_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Conversation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("spoke_with", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
                ("channel", models.CharField(default="call", max_length=10)),
                ("inbound", models.BooleanField(default=False)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("REACHED", "Reached"),
                            ("WRONG_PERSON", "Wrong person"),
                            ("VOICEMAIL", "Voicemail"),
                            ("NO_ANSWER", "No answer"),
                            ("CALLBACK", "Will call back"),
                            ("REFUSED", "Refused to talk"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("answers", models.JSONField(blank=True, default=dict)),
                ("paraphrase", models.TextField(blank=True)),
                ("agreement", models.TextField(blank=True)),
                ("notes", models.TextField(blank=True)),
                ("quoted", models.TextField(blank=True, help_text="What a reply by e-mail quotes of the mail before it.")),
                ("next_on", models.DateField(blank=True, null=True)),
                ("callback_consent_until", models.DateField(blank=True, null=True)),
                (
                    "business",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.business"),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="conversations", to="customers.customer"
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conversations",
                        to="customers.task",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
                "indexes": [models.Index(fields=["customer", "-at"], name="conversation_latest")],
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("L0", "Satisfaction letter"),
                            ("L1", "Friendly notice"),
                            ("L30", "30-day letter"),
                            ("L60", "60-day letter"),
                            ("L90", "90-day letter"),
                            ("FINAL", "Final letter"),
                            ("LBP", "About a broken promise"),
                            ("LPI", "Before an instalment"),
                            ("LPD", "About a missed instalment"),
                            ("LRES", "Query closed"),
                            ("LCALL", "Confirmation of a call"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting_for_call", "Waits for the call"),
                            ("draft", "Waits for approval"),
                            ("approved", "Approved"),
                            ("sending", "On its way out"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
                            ("unconfirmed", "Not known whether it arrived"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "channel",
                    models.CharField(choices=[("email", "E-mail"), ("post", "Post"), ("both", "E-mail and post")], max_length=10),
                ),
                ("currency", models.CharField(max_length=3)),
                ("language", models.CharField(max_length=10)),
                ("written_on", models.DateField(help_text="The date printed on it.")),
                ("total", models.DecimalField(decimal_places=3, default=Decimal("0"), max_digits=18)),
                ("facts", models.JSONField(default=dict)),
                ("subject", models.CharField(blank=True, max_length=200)),
                ("body", models.TextField(blank=True)),
                ("edited", models.BooleanField(default=False)),
                ("hold_until", models.DateField(blank=True, null=True)),
                ("hold_reason", models.CharField(blank=True, max_length=200)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("sent_on", models.DateField(blank=True, null=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("sent_to", models.CharField(blank=True, max_length=300)),
                ("message_id", models.CharField(blank=True, max_length=200)),
                ("problem", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="letters", to="customers.business"
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
                        related_name="letters",
                        to="customers.conversation",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="letters", to="customers.customer"
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
                    "waits_for",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters_waiting",
                        to="customers.task",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["business", "state", "id"], name="letter_outbox"),
                    models.Index(fields=["customer", "currency", "-id"], name="letter_latest"),
                    models.Index(
                        condition=models.Q(("message_id", ""), _negated=True), fields=["message_id"], name="letter_by_message_id"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "waiting_for_call",
                                    "draft",
                                    "approved",
                                    "sending",
                                    "sent",
                                    "failed",
                                    "unconfirmed",
                                    "cancelled",
                                ],
                            )
                        ),
                        name="letter_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "sent"), _negated=True),
                            models.Q(("document__isnull", False), ("sent_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="sent_letter_has_date_and_copy",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReceivedMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("message_id", models.CharField(max_length=300)),
                (
                    "kind",
                    models.CharField(
                        choices=[("reply", "Reply"), ("bounce", "Could not be delivered"), ("automatic", "Automatic answer")],
                        max_length=10,
                    ),
                ),
                ("received_at", models.DateTimeField()),
                ("sender", models.CharField(blank=True, max_length=300)),
                ("subject", models.CharField(blank=True, max_length=300)),
                ("detail", models.TextField(blank=True, help_text="Why a delivery failed, as the other server said.")),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="received_mails", to="customers.business"
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="mails",
                        to="customers.conversation",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="received_mails",
                        to="customers.customer",
                    ),
                ),
                (
                    "letter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="customers.letter",
                    ),
                ),
            ],
            options={
                "ordering": ["-received_at", "-id"],
                "constraints": [models.UniqueConstraint(fields=("business", "message_id"), name="one_row_a_message")],
            },
        ),
        migrations.CreateModel(
            name="CallText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20)),
                ("language", models.CharField(max_length=10)),
                ("version", models.PositiveIntegerField()),
                ("current", models.BooleanField(default=True)),
                ("values", models.JSONField(default=dict)),
                ("saved_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="call_texts", to="customers.business"
                    ),
                ),
                (
                    "saved_by",
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
                "ordering": ["code", "language", "-version"],
                "constraints": [
                    models.UniqueConstraint(fields=("business", "code", "language", "version"), name="one_call_text_a_version"),
                    models.UniqueConstraint(
                        condition=models.Q(("current", True)),
                        fields=("business", "code", "language"),
                        name="one_current_call_text",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(blank=True, help_text="The code of the reason they gave.", max_length=10)),
                ("what", models.CharField(max_length=300, verbose_name="what they said")),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("bank", "Our bank statement"),
                            ("delivery", "Proof of delivery, our mail log"),
                            ("contact", "A call to somebody else there"),
                            ("document", "A document they send us"),
                            ("order", "Our order, quote or signed terms"),
                            ("register", "A public register"),
                            ("credit_report", "A bought credit report"),
                            ("trade_reference", "A trade reference"),
                            ("other", "Another way"),
                        ],
                        max_length=20,
                        verbose_name="how to check it",
                    ),
                ),
                ("check_by", models.DateField(verbose_name="check by")),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not checked yet"),
                            ("true", "It was true"),
                            ("false", "It was not true"),
                            ("unknown", "It cannot be known"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("found", models.TextField(blank=True, verbose_name="what was found")),
                ("checked_on", models.DateField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="customers.business"
                    ),
                ),
                (
                    "checked_by",
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
                        related_name="claims",
                        to="customers.conversation",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="claims", to="customers.customer"
                    ),
                ),
            ],
            options={
                "ordering": ["check_by", "id"],
                "indexes": [models.Index(fields=["customer", "result"], name="claim_of_customer")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("result__in", ["", "true", "false", "unknown"])), name="claim_result_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("checked_on", None), ("result", "")),
                            models.Q(models.Q(("result", ""), _negated=True), ("checked_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="claim_checked_with_result",
                    ),
                ],
            },
        ),
        *(operation(guard) for guard in GUARDS),
    ]
