"""The secret in a customer's link: random, easily typed from paper, kept nowhere but where it was sent (T50)."""

import hashlib
import secrets

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse

# Crockford's 32 signs: none is mistaken for another when a letter is typed out. 26 of them are 130 random bits.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 26
MISREAD = str.maketrans("oil", "011")
# Stands in letters that are only looked at: as long as a real one, and nobody's.
PLACEHOLDER = "x" * LENGTH

PREVIEW = "preview-"
PREVIEW_SALT = "portal-preview"
PREVIEW_SECONDS = 8 * 3600


def new_token() -> str:
    """A token nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def hash_of(token: str) -> str:
    """What is stored of a token. Capitals, and letters read for digits, make no difference."""
    return hashlib.sha256(token.lower().translate(MISREAD).encode()).hexdigest()


def address_of(token: str) -> str:
    """The whole address of a link, as it stands in a letter. No names, no amounts (domain.md 6.8)."""
    return settings.BASE_URL.rstrip("/") + reverse("portal", args=[token])


def preview_token(link_id: int) -> str:
    """Stands for a link whose token we do not know, for a member of its business who looks at it as the customer would (T52)."""
    return PREVIEW + TimestampSigner(salt=PREVIEW_SALT).sign(str(link_id))


def previewed(token: str) -> int | None:
    """The id of the link a preview token stands for; None for any other token, a forged or an old one."""
    if not token.startswith(PREVIEW):
        return None
    try:
        return int(TimestampSigner(salt=PREVIEW_SALT).unsign(token.removeprefix(PREVIEW), max_age=PREVIEW_SECONDS))
    except BadSignature:
        return None
