"""Who owes us: the customer, and the people there we talk to."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from arcollect.addresses import address_lines
from arcollect.dates import Calendar, calendar_of, closing_days
from arcollect.fields import money_field
from customers.models.business import Business, User


class Kind(models.TextChoices):
    COMPANY = "company", _("Company")
    SOLE_TRADER = "sole_trader", _("Sole trader")
    INDIVIDUAL = "individual", _("Individual")


class Approach(models.TextChoices):
    """The diagnosis of domain.md 4.1: why this customer does not pay, which sets the tone."""

    UNKNOWN = "", _("Not known yet")
    ADMIN = "ADMIN", _("Something administrative is in the way")
    NOT_YET = "NOT_YET", _("Has not got round to it")
    CANT = "CANT", _("Cannot pay")
    WONT = "WONT", _("Does not want to pay")
    SHOULDNT = "SHOULDNT", _("Thinks they should not pay")


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    POST = "post", _("Post")
    BOTH = "both", _("E-mail and post")


class Customer(models.Model):
    """A debtor of one business. The flags of domain.md 7.4 stop what they name, at once, also for what is queued."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="customers")
    reference = models.CharField(_("reference"), max_length=100)
    name = models.CharField(_("name"), max_length=200)
    legal_name = models.CharField(_("legal name"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.COMPANY)
    street = models.TextField(_("street"), blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    region = models.CharField(_("state or region"), max_length=50, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    tax_id = models.CharField(_("tax id"), max_length=50, blank=True)
    registration = models.CharField(_("register entry"), max_length=100, blank=True, default="")
    terms_days = models.PositiveSmallIntegerField(_("terms in days"), null=True, blank=True)
    terms_accepted_on = models.DateField(_("accepted our terms on"), null=True, blank=True)
    invoiced_in = models.CharField(_("invoiced in"), max_length=3, blank=True, default="")
    discount_pct = models.DecimalField(
        _("discount for early payment in %"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    discount_days = models.PositiveSmallIntegerField(_("days the discount is open"), null=True, blank=True)
    credit_limit = money_field(verbose_name=_("credit limit"), null=True, blank=True)
    channel = models.CharField(_("letters go by"), max_length=10, choices=Channel.choices, default=Channel.EMAIL)
    po_required = models.BooleanField(_("needs a purchase order number"), default=False)
    po_rule = models.CharField(_("rule for order numbers"), max_length=200, blank=True)
    portal = models.CharField(_("invoices go through the portal"), max_length=200, blank=True)
    pay_run = models.CharField(_("pays on"), max_length=100, blank=True)
    approach = models.CharField(_("approach"), max_length=10, choices=Approach.choices, default=Approach.UNKNOWN, blank=True)
    on_hold = models.BooleanField(_("credit hold"), default=False)
    hold_reason = models.CharField(_("reason for the hold"), max_length=200, blank=True)
    no_reminders = models.BooleanField(_("no reminders"), default=False)
    no_reminders_until = models.DateField(_("no reminders until"), null=True, blank=True)
    cease_contact = models.BooleanField(_("asked not to be contacted"), default=False)
    represented_by = models.CharField(_("represented by"), max_length=200, blank=True)
    vulnerable = models.BooleanField(_("vulnerable"), default=False)
    quiet_from = models.TimeField(_("not to be disturbed from"), null=True, blank=True)
    quiet_until = models.TimeField(_("not to be disturbed until"), null=True, blank=True)
    moratorium_until = models.DateField(_("moratorium until"), null=True, blank=True)
    insolvent = models.BooleanField(_("insolvent"), default=False)
    deceased = models.BooleanField(_("deceased"), default=False)
    notes = models.TextField(_("notes"), blank=True)
    import_batch = models.ForeignKey(
        "customers.ImportBatch", on_delete=models.SET_NULL, null=True, blank=True, related_name="customers"
    )
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["name", "reference"]
        constraints = [
            models.UniqueConstraint(fields=["business", "reference"], name="one_customer_a_reference"),
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="customer_kind_known"),
            models.CheckConstraint(
                condition=models.Q(quiet_from=None, quiet_until=None)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_time_has_both_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address_lines(self) -> list[str]:
        """The address as its country writes it, or the business's where none is given."""
        country = self.country or self.business.country
        return address_lines(self.street, self.city, self.postal_code, self.region, country)

    @property
    def has_address(self) -> bool:
        """Whether a letter in an envelope would arrive."""
        return bool(self.street.strip() and (self.city or self.postal_code))

    @property
    def calendar(self) -> Calendar:
        """The days that are business days both at the business and where the customer is."""
        home, rules = self.business, self.business.rules
        places = [(home.country, home.region), (self.country, self.region)]
        return calendar_of(rules["weekend"], places, closing_days(rules["closing_days"]))


class ContactRole(models.TextChoices):
    ACCOUNTS_PAYABLE = "ap", _("Accounts payable")
    DECISION_MAKER = "decision", _("Decision maker")
    REPRESENTATIVE = "representative", _("Representative")
    OTHER = "other", _("Other")


class Contact(models.Model):
    """A person, or an inbox, at a customer."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=200, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=ContactRole.choices, default=ContactRole.ACCOUNTS_PAYABLE)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=32, blank=True, help_text=_("Stored as +14155550123."))
    fax = models.CharField(_("fax"), max_length=32, blank=True)
    verified_on = models.DateField(_("verified on"), null=True, blank=True)
    verified_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    bounced_on = models.DateField(_("bounced on"), null=True, blank=True)
    bounce_reason = models.CharField(_("reason of the bounce"), max_length=300, blank=True)
    email_stopped_on = models.DateField(_("e-mail stopped on"), null=True, blank=True)
    notes = models.TextField(_("notes"), blank=True)

    class Meta:
        ordering = ["customer", "role", "id"]

    def __str__(self) -> str:
        return self.name or self.email or self.phone

    @property
    def reachable_by_email(self) -> bool:
        """Whether mail may be sent and is likely to arrive."""
        return bool(self.email) and self.bounced_on is None and self.email_stopped_on is None


class CustomerMerge(models.Model):
    """Two customers that were one: what of `gone` could move went to `kept`. `moved`: the ids, by table, for undoing."""

    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="merges")
    kept = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="merges")
    gone = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="merged_away")
    moved = models.JSONField(default=dict)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.gone} into {self.kept}"


class NotDuplicate(models.Model):
    """Two customers that look alike and are two: a person said so, they are not suggested again. `first` has the lower id."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+")
    first = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="one_row_a_pair_of_customers")]

    def __str__(self) -> str:
        return f"{self.first} is not {self.second}"
