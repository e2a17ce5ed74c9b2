"""All tables in one step, for a new database: the steps it replaces take most of the time a test run needs to start."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("reminders", "0001_initial"),
        ("reminders", "0002_engine"),
        ("reminders", "0003_follow_ups"),
        ("reminders", "0004_letter_codes"),
        ("reminders", "0005_plans_and_links"),
    ]

    initial = True

    dependencies = [
        ("customers", "0001_squashed_0006_plans_and_links"),
        ("invoices", "0001_squashed_0008_guard_of_signed_bytes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Cursor",
            fields=[
                (
                    "business",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="engine_cursor",
                        serialize=False,
                        to="customers.business",
                    ),
                ),
                ("last_event_id", models.BigIntegerField(default=0)),
                ("settings_key", models.CharField(blank=True, max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(max_length=30, primary_key=True, serialize=False)),
                ("beat_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="CustomerPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("policy_name", models.CharField(max_length=100)),
                (
                    "business",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.business"),
                ),
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="policy_choice", to="customers.customer"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "customer policies",
            },
        ),
        migrations.CreateModel(
            name="Policy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("version", models.PositiveIntegerField(default=1)),
                ("current", models.BooleanField(default=True)),
                ("is_default", models.BooleanField(default=False)),
                (
                    "basis",
                    models.CharField(
                        choices=[("DUE", "Days after the due date"), ("INVOICE", "Days after the invoice date")],
                        default="DUE",
                        max_length=10,
                    ),
                ),
                ("min_gap_days", models.PositiveSmallIntegerField(default=14, verbose_name="days between letters")),
                (
                    "min_balance",
                    models.JSONField(
                        default=dict, help_text="The smallest sum worth a letter, by currency; 'default' for all others."
                    ),
                ),
                ("entry_cap", models.CharField(default="60", max_length=10)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="policies", to="customers.business"
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
                "verbose_name_plural": "policies",
                "ordering": ["business", "name", "-version"],
                "constraints": [
                    models.UniqueConstraint(fields=("business", "name", "version"), name="one_policy_a_version"),
                    models.UniqueConstraint(
                        condition=models.Q(("current", True)), fields=("business", "name"), name="one_current_policy"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("current", True), ("is_default", True)),
                        fields=("business",),
                        name="one_default_policy",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PrintRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("printed_on", models.DateField()),
                ("posted_on", models.DateField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="print_runs", to="customers.business"
                    ),
                ),
                (
                    "posted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "printed_by",
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
            },
        ),
        migrations.CreateModel(
            name="PaperCopy",
            fields=[
                (
                    "letter",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="paper",
                        serialize=False,
                        to="customers.letter",
                    ),
                ),
                ("taken_out", models.CharField(blank=True, max_length=200)),
                ("posted_on", models.DateField(blank=True, null=True)),
                (
                    "business",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.business"),
                ),
                (
                    "run",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="copies",
                        to="reminders.printrun",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "paper copies",
                "indexes": [
                    models.Index(
                        condition=models.Q(("posted_on__isnull", True), ("taken_out", "")),
                        fields=["business"],
                        name="paper_to_post",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("VERIFY_AP", "Verify the contact"),
                            ("SATISFACTION", "Satisfaction letter"),
                            ("COURTESY", "Courtesy call"),
                            ("NOTICE", "Friendly notice"),
                            ("30", "30 days"),
                            ("60", "60 days"),
                            ("90", "90 days"),
                            ("DECIDE", "Owner's decision"),
                        ],
                        max_length=12,
                    ),
                ),
                ("fired_on", models.DateField()),
                ("total", models.DecimalField(decimal_places=3, max_digits=18)),
                ("completed_on", models.DateField(blank=True, null=True)),
                ("withdrawn_on", models.DateField(blank=True, null=True)),
                ("bounced_on", models.DateField(blank=True, null=True)),
                ("skipped_reason", models.CharField(blank=True, max_length=200)),
                ("decision", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reminders", to="customers.business"
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="reminders", to="customers.customer"
                    ),
                ),
                (
                    "letter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="customers.letter",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reminders.policy"),
                ),
                (
                    "task",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="customers.task",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["customer", "currency", "-fired_on"], name="reminder_latest"),
                    models.Index(condition=models.Q(("bounced_on__isnull", False)), fields=["customer"], name="reminder_bounced"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReminderLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("VERIFY_AP", "Verify the contact"),
                            ("SATISFACTION", "Satisfaction letter"),
                            ("COURTESY", "Courtesy call"),
                            ("NOTICE", "Friendly notice"),
                            ("30", "30 days"),
                            ("60", "60 days"),
                            ("90", "90 days"),
                            ("DECIDE", "Owner's decision"),
                        ],
                        max_length=12,
                    ),
                ),
                ("cycle", models.PositiveSmallIntegerField()),
                ("amount", models.DecimalField(decimal_places=3, max_digits=18)),
                ("days_past_due", models.IntegerField()),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reminder_lines", to="invoices.invoice"
                    ),
                ),
                (
                    "reminder",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="reminders.reminder"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("invoice", "step", "cycle"), name="one_fire_a_step")],
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("job", models.CharField(max_length=20)),
                ("on", models.DateField()),
                ("started_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("summary", models.JSONField(default=dict)),
                (
                    "business",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="runs", to="customers.business"),
                ),
            ],
            options={
                "ordering": ["-on", "-id"],
                "constraints": [models.UniqueConstraint(fields=("business", "job", "on"), name="one_run_a_day")],
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("VERIFY_AP", "Verify the contact"),
                            ("SATISFACTION", "Satisfaction letter"),
                            ("COURTESY", "Courtesy call"),
                            ("NOTICE", "Friendly notice"),
                            ("30", "30 days"),
                            ("60", "60 days"),
                            ("90", "90 days"),
                            ("DECIDE", "Owner's decision"),
                        ],
                        max_length=12,
                    ),
                ),
                ("offset_days", models.SmallIntegerField(help_text="Days from the due date, or from the invoice date.")),
                (
                    "basis",
                    models.CharField(
                        blank=True,
                        choices=[("DUE", "Days after the due date"), ("INVOICE", "Days after the invoice date")],
                        max_length=10,
                    ),
                ),
                ("enabled", models.BooleanField(default=True)),
                ("calls", models.BooleanField(default=False)),
                (
                    "letter_code",
                    models.CharField(
                        blank=True,
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
                    "channel",
                    models.CharField(
                        blank=True, choices=[("email", "E-mail"), ("post", "Post"), ("both", "E-mail and post")], max_length=10
                    ),
                ),
                (
                    "tone",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "As the reason for the delay asks for"),
                            ("gentle", "Always gentle"),
                            ("firm", "Always firm"),
                        ],
                        max_length=10,
                    ),
                ),
                ("approve_first", models.BooleanField(default=True)),
                (
                    "policy",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="reminders.policy"),
                ),
            ],
            options={
                "ordering": ["policy", "offset_days"],
                "constraints": [models.UniqueConstraint(fields=("policy", "code"), name="one_step_a_code")],
            },
        ),
        migrations.CreateModel(
            name="Watch",
            fields=[
                (
                    "invoice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="watch",
                        serialize=False,
                        to="invoices.invoice",
                    ),
                ),
                ("next_look_on", models.DateField()),
                (
                    "business",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="customers.business"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["business", "next_look_on"], name="watch_due")],
            },
        ),
        migrations.CreateModel(
            name="Wording",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=10)),
                ("language", models.CharField(max_length=10)),
                ("version", models.PositiveIntegerField()),
                ("current", models.BooleanField(default=True)),
                ("text", models.TextField()),
                ("saved_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="wordings", to="customers.business"
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
                    models.UniqueConstraint(fields=("business", "code", "language", "version"), name="one_wording_a_version"),
                    models.UniqueConstraint(
                        condition=models.Q(("current", True)), fields=("business", "code", "language"), name="one_current_wording"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "occasion",
                    models.CharField(
                        choices=[
                            ("promise_broken", "A promise was not kept"),
                            ("query_closed", "A query was closed"),
                            ("instalment_due", "An instalment falls due soon"),
                            ("instalment_missed", "An instalment is missing"),
                            ("plan_defaulted", "A payment plan ended unpaid"),
                            ("settlement_missed", "A settlement was not paid as agreed"),
                            ("payment_returned", "A payment came back"),
                        ],
                        max_length=20,
                    ),
                ),
                ("subject", models.CharField(max_length=100)),
                ("on", models.DateField()),
                ("redraft", models.BooleanField(default=False)),
                (
                    "business",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="customers.business"),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="follow_ups", to="customers.customer"
                    ),
                ),
                (
                    "letter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to="customers.letter",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to="customers.task",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [models.UniqueConstraint(fields=("occasion", "subject"), name="one_follow_up_an_occasion")],
            },
        ),
        migrations.CreateModel(
            name="HandOff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.DecimalField(decimal_places=3, max_digits=18)),
                ("agency", models.CharField(max_length=200, verbose_name="handed to")),
                (
                    "state",
                    models.CharField(
                        choices=[("handed", "With the agency"), ("taken_back", "Taken back"), ("closed", "Closed")],
                        default="handed",
                        max_length=12,
                    ),
                ),
                ("handed_on", models.DateField()),
                ("ended_on", models.DateField(blank=True, null=True)),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="hand_offs", to="customers.business"
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="hand_offs", to="customers.customer"
                    ),
                ),
                (
                    "pack",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.document",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "handed")), fields=("customer", "currency"), name="one_hand_off_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["handed", "taken_back", "closed"])), name="hand_off_state_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LastDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("decided_on", models.DateField()),
                ("verdict", models.CharField(choices=[("fire", "Fired"), ("wait", "Waits"), ("skip", "Skipped")], max_length=10)),
                ("step", models.CharField(blank=True, max_length=12)),
                ("rule", models.CharField(blank=True, max_length=30)),
                ("reason", models.TextField()),
                ("until", models.DateField(blank=True, null=True)),
                (
                    "business",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="customers.business"),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="last_decisions", to="customers.customer"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["business", "verdict"], name="decision_waiting")],
                "constraints": [models.UniqueConstraint(fields=("customer", "currency"), name="one_last_decision")],
            },
        ),
    ]
