import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0001_squashed_0006_plans_and_links"),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomerMerge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("moved", models.JSONField(default=dict)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="merges", to="customers.business"
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
                    "gone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="merged_away", to="customers.customer"
                    ),
                ),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="merges", to="customers.customer"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="AccountChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("values", models.JSONField()),
                ("members", models.JSONField(default=list)),
                ("asked_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("dropped_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="account_changes", to="customers.business"
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dropped_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at", None), ("dropped_at", None)),
                        fields=("business",),
                        name="one_open_account_change",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("confirmed_at", None), ("dropped_at", None), _connector="OR"),
                        name="account_change_ends_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NotDuplicate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "business",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="customers.business"),
                ),
                (
                    "first",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="customers.customer"),
                ),
                (
                    "second",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="customers.customer"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("first", "second"), name="one_row_a_pair_of_customers")],
            },
        ),
        migrations.AddField(
            model_name="customer",
            name="discount_days",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="days the discount is open"),
        ),
        migrations.AddField(
            model_name="customer",
            name="discount_pct",
            field=models.DecimalField(
                blank=True, decimal_places=2, max_digits=5, null=True, verbose_name="discount for early payment in %"
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="invoiced_in",
            field=models.CharField(blank=True, default="", max_length=3, verbose_name="invoiced in"),
        ),
        migrations.AddField(
            model_name="customer",
            name="merged_into",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="merged", to="customers.customer"
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="registration",
            field=models.CharField(blank=True, default="", max_length=100, verbose_name="register entry"),
        ),
        migrations.AddField(
            model_name="customer",
            name="terms_accepted_on",
            field=models.DateField(blank=True, null=True, verbose_name="accepted our terms on"),
        ),
        migrations.AlterField(
            model_name="task",
            name="kind",
            field=models.CharField(
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
                    ("fix_invoice", "Put an invoice right"),
                    ("refund", "Pay money back"),
                    ("bank", "Look at the bank"),
                    ("conflict", "Settle a difference with the accounts"),
                    ("warning", "Early warning"),
                    ("decide", "Owner's decision"),
                    ("other", "Other"),
                ],
                max_length=20,
            ),
        ),
    ]
