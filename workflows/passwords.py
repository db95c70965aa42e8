"""Passwords: how they are kept, and what is asked of a new one."""

import secrets
import unicodedata
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 256

# 19 MiB and two passes are OWASP's figures. Each check holds that memory while it runs, so two
# at a time bound what a crowd at the door can cost the server.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_slots = BoundedSemaphore(2)

# Without look-alikes: a temporary password is read out on the telephone.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def hash_password(password: str) -> str:
    """Hash a password with argon2id and a salt of its own."""
    with _slots:
        return _hasher.hash(_normal(password))


def is_right(kept: str | None, password: str) -> bool:
    """Say whether the password is the one kept as hash `kept`.

    An account that does not exist or has no password takes as long as one that has, so the time
    of an answer does not tell who works here.
    """
    with _slots:
        try:
            right = _hasher.verify(kept or _nobodys(), _normal(password))
        except (VerificationError, InvalidHashError):
            return False
    return right and kept is not None


def is_outdated(kept: str) -> bool:
    """Say whether the hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(kept)


def temporary_password() -> str:
    """Make a password to hand over once, e.g. `k3hw-ymq8-t7cd-r2vn` (78 bits)."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def weakness(password: str, *, email: str) -> str | None:
    """Say in a sentence why a new password is not accepted, or None.

    Length alone is asked for: rules about digits and signs make passwords worse (NIST SP 800-63B).
    """
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} characters; a few words in a row are easy to remember."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    if _normal(password).casefold() in {email.casefold(), email.casefold().partition("@")[0]}:
        return "Use something other than your e-mail address."
    return None


def _normal(password: str) -> str:
    # The same letters typed on two keyboards can differ in their code points.
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))
