"""Sets the demo up: two businesses, three people, and the told story of each."""

import datetime
from dataclasses import dataclass

from django.db import transaction

from customers import log
from customers.models import Business, Membership, User
from customers.models.business import Role
from reminders.backfilling import backfill
from reminders.demo.bank import write_bank
from reminders.demo.cast import FULL_CAST
from reminders.demo.ledger import DAY
from reminders.demo.links import LINKED_FOR, link_letters
from reminders.demo.loose_ends import LEFT_OPEN, clear_desk, write_loose_ends
from reminders.demo.stage import Stage
from reminders.demo.story import LIVE_FOR, Story, keep_diary, tell_story
from reminders.demo.writing_ledger import write_ledger
from reminders.demo.writing_reminders import write_reminders
from reminders.escalation import Setting
from reminders.facts import settings_of
from reminders.nightly import escalate
from reminders.opening import open_business
from reminders.scoring import score_night

SLUG = "demo"
SECOND_SLUG = "demo-two"
SECOND_CAST = 10
SECOND_LIVE_FOR = 120
FOUNDED_DAYS_AGO = 740
MONTHS_TOLD = 24
BEFORE_OPENING, AFTER_CLOSING = -180, 600  # minutes from the opening of the office
OWNER, BOOKKEEPER, OTHER_OWNER = "owner@demo.example", "books@demo.example", "other@demo.example"


@dataclass(frozen=True, slots=True)
class Premises:
    """What a demo business prints on its letters."""

    name: str
    legal_name: str
    currency: str
    country: str
    time_zone: str
    street: str
    city: str
    postal_code: str
    phone: str
    email: str
    iban: str
    bic: str
    bank_name: str
    tax_id: str
    signatory: str
    signatory_phone: str


FIRST = Premises(
    name="Pemberton & Larch Office Supply",
    legal_name="Pemberton & Larch Office Supply Ltd",
    currency="GBP",
    country="GB",
    time_zone="Europe/London",
    street="14 Redcliff Parade West",
    city="Bristol",
    postal_code="BS1 6SP",
    phone="+441174960123",
    email="accounts@pemberton-larch.example",
    iban="GB82WEST12345698765432",
    bic="WESTGB2L",
    bank_name="West Country Mutual",
    tax_id="GB 000 0000 00",
    signatory="Ida Pemberton",
    signatory_phone="+441174960124",
)
SECOND = Premises(
    name="Wrenfield Contract Furniture",
    legal_name="Wrenfield Contract Furniture Limited",
    currency="EUR",
    country="IE",
    time_zone="Europe/Dublin",
    street="3 Merchants Road",
    city="Galway",
    postal_code="H91 C8H0",
    phone="+353209101234",
    email="office@wrenfield.example",
    iban="IE29AIBK93115212345678",
    bic="AIBKIE2D",
    bank_name="Corrib Savings Bank",
    tax_id="IE 0000000AA",
    signatory="Cormac Tuohy",
    signatory_phone="+353209101235",
)


@transaction.atomic
def stage_demo(*, seed: int, today: datetime.date, password: str, size: int = FULL_CAST, second: bool = False) -> Business | None:
    """Writes the business, and with `second` another owner's, all or nothing; None where the demo is there already."""
    if Business.objects.filter(slug=SLUG).exists():
        return None
    owner = _person(OWNER, "Ida", "Pemberton", password)
    bookkeeper = _person(BOOKKEEPER, "Noor", "Whitlow", password)
    business = _play(FIRST, SLUG, (owner, bookkeeper), (seed, size, LIVE_FOR), today)
    if second:
        other = _person(OTHER_OWNER, "Cormac", "Tuohy", password)
        _play(SECOND, SECOND_SLUG, (other, bookkeeper), (seed + 1, SECOND_CAST, SECOND_LIVE_FOR), today)
    return business


def count_demo(today: datetime.date) -> None:
    """Counts the figures of today and of the demo's past, as the nights would have."""
    for business in Business.objects.filter(slug__in=[SLUG, SECOND_SLUG]):
        # Right after the last that happened, whenever the demo is told.
        with log.told_as_of(business.events.latest("id").at):
            backfill(business, today, MONTHS_TOLD)
            score_night(business, today)
        log.seal(business)


def _person(email: str, first_name: str, last_name: str, password: str) -> User:
    person = User.objects.filter(email=email).first()
    return person or User.objects.create_user(email, password, first_name=first_name, last_name=last_name)


def _play(premises: Premises, slug: str, people: tuple[User, User], plot: tuple[int, int, int], today: datetime.date) -> Business:
    """One business with its `people` (owner, bookkeeper) and its `plot` (seed, customers, days it has been live)."""
    owner, bookkeeper = people
    seed, size, live_for = plot
    founded = datetime.datetime.combine(today - FOUNDED_DAYS_AGO * DAY, datetime.time(8), datetime.UTC)
    with log.told_as_of(founded):
        business = _open(premises, slug, owner)
    Membership.objects.create(business=business, user=owner, role=Role.OWNER)
    Membership.objects.create(business=business, user=bookkeeper, role=Role.BOOKKEEPER)
    settings = settings_of(business)
    stage = Stage(business, owner, bookkeeper, Setting(settings.default, settings.calendar(), settings.rules))
    story = tell_story(seed, size, today, stage.setting, live_for)
    _go_live(business, story)
    _write(stage, story, today)
    return business


def _open(premises: Premises, slug: str, owner: User) -> Business:
    business = open_business(
        name=premises.name,
        currency=premises.currency,
        country=premises.country,
        time_zone=premises.time_zone,
        slug=slug,
        actor=owner,
    )
    for field in ("legal_name", "street", "city", "postal_code", "phone", "email", "iban", "bic", "bank_name", "tax_id"):
        setattr(business, field, getattr(premises, field))
    business.account_holder = premises.legal_name
    business.signatory, business.signatory_phone = premises.signatory, premises.signatory_phone
    business.signatory_role = "Owner"
    business.save()
    return business


def _go_live(business: Business, story: Story) -> None:
    business.released_on = story.live_since
    business.save(update_fields=["released_on"])


def _write(stage: Stage, story: Story, today: datetime.date) -> None:
    """Each day under its own date, sealed month by month; at the end the night that finds work for today."""
    month, night = None, stage.setting.calendar.roll_back(today)
    for day, page in keep_diary(story, today):
        if month not in (None, day.month):
            log.seal(stage.business)
        month = day.month
        with log.told_as_of(stage.moment(day, BEFORE_OPENING if day == today else 0)):
            write_reminders(stage, page, day)
            write_ledger(stage, page, day)
            if today - day < LINKED_FOR:
                link_letters(stage, day)
            if day < night - LEFT_OPEN:
                clear_desk(stage, day)
    with log.told_as_of(stage.moment(night, BEFORE_OPENING if night == today else AFTER_CLOSING)):
        write_loose_ends(stage, story, night)
        write_bank(stage, night)
        escalate(stage.business, night)
    log.seal(stage.business)
