"""Telephone numbers: read in the business's region, stored as E.164, shown as people there write them."""

import phonenumbers
from phonenumbers import PhoneNumberFormat, ValidationResult, timezone


def parse_phone(raw: str, region: str) -> str | None:
    """E.164 ("+14155550123") of what somebody typed, read as in `region` (ISO country); None where it cannot be a number."""
    try:
        number = phonenumbers.parse(raw, region or None)
    except phonenumbers.NumberParseException:
        return None
    # No stricter: ranges kept for fiction are never valid. No laxer: what lacks its area code cannot be dialled from elsewhere.
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def show_phone(stored: str, region: str) -> str:
    """The number as read in `region`: national form for its own numbers, international for others; as stored if it is none."""
    try:
        number = phonenumbers.parse(stored, region or None)
    except phonenumbers.NumberParseException:
        return stored
    home = phonenumbers.region_code_for_number(number) == region
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL)


def time_zones(stored: str) -> list[str]:
    """The time zones a number may ring in; empty where nobody knows (domain.md 7.1)."""
    try:
        zones = timezone.time_zones_for_number(phonenumbers.parse(stored, None))
    except phonenumbers.NumberParseException:
        return []
    return [zone for zone in zones if zone != "Etc/Unknown"]
