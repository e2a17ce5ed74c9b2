from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0007_money_in_and_invoices"),
        ("invoices", "0009_money_in_and_invoices"),
    ]

    operations = [
        migrations.AddField(
            model_name="bankline",
            name="effects",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(condition=models.Q(("bank_line", None)), fields=["business", "-id"], name="payment_by_hand"),
        ),
    ]
