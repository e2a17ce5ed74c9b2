"""What a customer signed stays as it was: amounts, dates and terms of a signed plan."""

from django.db import migrations

from arcollect.guards import Guard, operation

SIGNED = "EXISTS (SELECT 1 FROM invoices_paymentplan AS plan WHERE plan.id = OLD.plan_id AND plan.signed_at IS NOT NULL)"
MESSAGE = "a signed plan cannot be changed or deleted"
GUARDS = [
    Guard(
        "signed_plan_stays",
        "invoices_paymentplan",
        MESSAGE,
        when="OLD.signed_at IS NOT NULL",
        columns=("customer_id", "currency", "total", "version", "terms", "terms_sha256", "signed_at"),
    ),
    Guard(
        "signed_instalment_stays",
        "invoices_instalment",
        MESSAGE,
        when=SIGNED,
        columns=("plan_id", "position", "due_on", "amount"),
    ),
    Guard("signed_coverage_stays", "invoices_planinvoice", MESSAGE, when=SIGNED),
]


class Migration(migrations.Migration):
    dependencies = [("invoices", "0001_initial")]
    operations = [operation(guard) for guard in GUARDS]
