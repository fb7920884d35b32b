"""The certificate that clients are shown, read from its file: it changes every few weeks while the server runs."""

import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from remotedesk.core.display_text import one_line

log = logging.getLogger(__name__)

LONGEST: Final = 64 * 1024  # bytes of a file
LONGEST_NAME: Final = 100
_FIRST: Final = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True)
class Shown:
    """`fingerprint` is the SHA-256 of the DER form, 64 lower-case hex digits; `until` is a date, YYYY-MM-DD."""

    fingerprint: str
    issuer: str
    until: str


class ShownCertificate:
    """The first certificate of a PEM file; anything else in there, a key for one, is passed over."""

    def __init__(self, file: Path) -> None:
        """The file is read when it is asked for, and again when it has changed."""
        self._file = file
        self._read_at: int | None = None
        self._shown: Shown | None = None

    def read(self) -> Shown | None:
        """Return what it says, or None if it cannot be read. Blocks."""
        try:
            changed = self._file.stat().st_mtime_ns
            if changed != self._read_at:
                self._shown = _shown(self._file)
                self._read_at = changed
        except (OSError, ValueError, x509.InvalidVersion) as error:
            log.info("the certificate cannot be read: %s", type(error).__name__)
            return None
        return self._shown


def _shown(file: Path) -> Shown:
    with file.open("rb") as opened:
        found = _FIRST.search(opened.read(LONGEST))
    if found is None:
        raise ValueError("no certificate")
    certificate = x509.load_pem_x509_certificate(found[0])
    names = [each.value for each in certificate.issuer if isinstance(each.value, str)]
    own = certificate.issuer == certificate.subject
    return Shown(
        certificate.fingerprint(hashes.SHA256()).hex(),
        "" if own else one_line(", ".join(reversed(names)), LONGEST_NAME),
        certificate.not_valid_after_utc.date().isoformat(),
    )
