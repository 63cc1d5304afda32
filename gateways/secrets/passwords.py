"""Random passwords, and the file in which Mosquitto wants to see them."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping

_ITERATIONS = 101
"""Mosquitto's own number. More would only help against guessing, which 256 random bits rule out."""

_SALT_BYTES = 12
"""Mosquitto 2.0 takes no other length."""


def random_password() -> str:
    """256 random bits in letters, digits, `-` and `_`."""
    return secrets.token_urlsafe(32)


def hashed(password: str, salt: bytes | None = None) -> str:
    """A password as Mosquitto 2.0 stores it: `$7$iterations$salt$hash`, PBKDF2 (RFC 8018) with HMAC-SHA-512."""
    salt = secrets.token_bytes(_SALT_BYTES) if salt is None else salt
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS)
    return f"$7${_ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def password_file(passwords: Mapping[str, str]) -> str:
    """The text of a password file, from user to password. Raises `ValueError` for a user that cannot stand in it."""
    for user in passwords:
        if not user or ":" in user or not user.isprintable():
            raise ValueError(f"{user!r} cannot stand in a password file")
    return "".join(f"{user}:{hashed(password)}\n" for user, password in passwords.items())
