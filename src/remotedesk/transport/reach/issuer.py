"""Who made a certificate that nothing vouches for."""

import ipaddress
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.x509.oid import ExtensionOID, NameOID

from remotedesk.core.display_text import one_line

LONGEST_NAME: Final = 100


def unknown_issuer(der: bytes, host: str, now: datetime) -> str:
    """Return the name of whoever made this certificate, if it would be good for `host` but for its authority.

    Empty for all others: for another name, out of its time, vouching for itself, or no certificate at all; none of
    these looks like a proxy that opens TLS. The name is cleaned, on one line, of 100 characters at most.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        good = certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
        if not good or certificate.issuer == certificate.subject or not _is_for(certificate, host):
            return ""
        return _name(certificate)
    except (ValueError, TypeError, x509.UnsupportedGeneralNameType, x509.DuplicateExtension, x509.InvalidVersion):
        return ""


def issuer_name(der: bytes) -> str:
    """Return the name of whoever made this certificate, cleaned as above; empty if it cannot be read."""
    try:
        return _name(x509.load_der_x509_certificate(der))
    except (ValueError, TypeError, x509.InvalidVersion):
        return ""


def _name(certificate: x509.Certificate) -> str:
    named = [
        attribute.value
        for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
        for attribute in certificate.issuer.get_attributes_for_oid(oid)
        if isinstance(attribute.value, str)
    ]
    return one_line(", ".join(named) or certificate.issuer.rfc4514_string(), LONGEST_NAME)


def _is_for(certificate: x509.Certificate, host: str) -> bool:
    try:
        names = certificate.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME).value
    except x509.ExtensionNotFound:
        return False
    if not isinstance(names, x509.SubjectAlternativeName):
        return False
    try:
        return ipaddress.ip_address(host) in names.get_values_for_type(x509.IPAddress)
    except ValueError:
        dns = [name.lower() for name in names.get_values_for_type(x509.DNSName)]
        return host in dns or f"*.{host.partition('.')[2]}" in dns
