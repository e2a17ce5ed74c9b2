"""What a customer signed or accepted stays as it was, with the record of how it was signed."""

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
        columns=("customer_id", "currency", "total", "discount", "version", "terms", "terms_sha256", "signed_at"),
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
        columns=("plan_id", "party", "name", "role", "email", "record", "record_sha256", "document_id", "link_id", "signed_at"),
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
    dependencies = [("invoices", "0005_plans_and_links")]
    operations = [operation(guard) for guard in GUARDS]
