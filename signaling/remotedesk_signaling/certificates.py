"""Self-signed certificates, for a LAN without a certificate authority: clients pin their fingerprint."""

import datetime
import ipaddress
import os
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_VALID: Final = datetime.timedelta(days=825)
CERTIFICATE_FILE: Final = "certificate.pem"
_KEY_FILE: Final = "key.pem"


@dataclass(frozen=True)
class SelfSigned:
    """A certificate and its key in PEM; `fingerprint` is the SHA-256 of the DER form, 64 lower-case hex digits."""

    certificate: bytes
    key: bytes = field(repr=False)
    fingerprint: str


def make(names: Sequence[str]) -> SelfSigned:
    """Make a P-256 certificate for host names and IP addresses, valid for 825 days from yesterday.

    Raises ValueError without a name.
    """
    if not names:
        raise ValueError("a certificate needs a name")
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    begins = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + _VALID)
        .add_extension(x509.SubjectAlternativeName([general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return SelfSigned(
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        certificate.fingerprint(hashes.SHA256()).hex(),
    )


def load_or_make(directory: Path, names: Sequence[str]) -> SelfSigned:
    """Return the certificate kept in `directory`, made on first use; the key file is its owner's only.

    Raises OSError, or ValueError when what is there is not a certificate.
    """
    certificate_file, key_file = directory / CERTIFICATE_FILE, directory / _KEY_FILE
    if certificate_file.exists() and key_file.exists():
        pem = certificate_file.read_bytes()
        fingerprint = x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256()).hex()
        return SelfSigned(pem, key_file.read_bytes(), fingerprint)
    made = make(names)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(key_file, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(made.key)
    certificate_file.write_bytes(made.certificate)
    return made


def server_context(certificate_file: Path, key_file: Path) -> ssl.SSLContext:
    """Return a TLS 1.2+ server context. Raises OSError, ssl.SSLError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate_file, key_file)
    return context


def general_name(name: str) -> x509.GeneralName:
    """Return a host name or an IP address as a certificate names it."""
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def self_signed_context(directory: Path, names: Sequence[str]) -> tuple[ssl.SSLContext, str]:
    """Return a server context with the certificate kept in `directory`, and the fingerprint clients pin."""
    fingerprint = load_or_make(directory, names).fingerprint
    return server_context(directory / CERTIFICATE_FILE, directory / _KEY_FILE), fingerprint
