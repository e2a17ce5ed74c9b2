"""The one log: what happened, sealed night by night, and the files that brought rows in."""

from django.db import models
from django.db.models.functions import Now

from customers.models.business import Business, User
from customers.models.customer import Customer


class Event(models.Model):
    """One thing that happened, written in the transaction that did it. Ids, codes and amounts only: never names or free text."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="events")
    # No constraint in the database: an import that is undone takes its customers away, never what was logged of them.
    customer = models.ForeignKey(
        Customer, on_delete=models.DO_NOTHING, db_constraint=False, null=True, blank=True, related_name="events"
    )
    at = models.DateTimeField(db_default=Now())
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=50)
    subject = models.CharField(max_length=60)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["business", "id"], name="event_in_order"),
            models.Index(fields=["customer", "-id"], name="event_timeline"),
            models.Index(fields=["business", "subject"], name="event_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Seal(models.Model):
    """A hash over the events up to `last_event_id` and over the seal before: a change of the past breaks the chain."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="seals")
    last_event_id = models.BigIntegerField()
    events = models.PositiveIntegerField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["business", "last_event_id"], name="one_seal_an_event")]

    def __str__(self) -> str:
        return f"{self.hash[:12]} up to {self.last_event_id}"


class ImportBatch(models.Model):
    """A file that came in: rows it created point here, so that all of it can be undone while nothing was built on it."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="import_batches")
    kind = models.CharField(max_length=20)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    layout = models.JSONField(default=dict, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    refused = models.JSONField(default=list, blank=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "import batches"

    def __str__(self) -> str:
        return self.file_name
