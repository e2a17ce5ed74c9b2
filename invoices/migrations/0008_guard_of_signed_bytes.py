"""A signed plan keeps the very PDF that was signed, and a signature the copy that proves it (T28, T53)."""

from dataclasses import replace
from importlib import import_module

from django.db import migrations

from arcollect.guards import lowering, operation

BEFORE = {guard.name: guard for guard in import_module("invoices.migrations.0006_guards_of_agreements").GUARDS}
PLAN, SIGNATURE = BEFORE["signed_plan_stays"], BEFORE["signature_stays"]
AFTER = [
    replace(PLAN, columns=(*PLAN.columns, "business_id", "document_id")),
    replace(SIGNATURE, columns=(*SIGNATURE.columns, "business_id", "evidence_id", "by_id")),
]


class Migration(migrations.Migration):
    dependencies = [("invoices", "0007_newer_version_beside_plan")]
    operations = [*(lowering(guard) for guard in (PLAN, SIGNATURE)), *(operation(guard) for guard in AFTER)]
