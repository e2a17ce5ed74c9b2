"""What was logged, sealed or sent stays as it was: the database refuses to change it."""

from django.db import migrations

from arcollect.guards import Guard, operation

GUARDS = [
    Guard("event_stays", "customers_event", "an event cannot be changed or deleted"),
    Guard("seal_stays", "customers_seal", "a seal cannot be changed or deleted"),
    Guard("sent_letter_stays", "customers_letter", "a sent letter cannot be changed or deleted", when="OLD.state = 'sent'"),
]


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]
    operations = [operation(guard) for guard in GUARDS]
