"""The certificate authorities that prove a server: the operating system's, or those of a file."""

import ssl
from pathlib import Path

import truststore

from remotedesk.core.errors import ErrorCode, ServerError
from remotedesk.transport.server_address import Trust


def has_authorities() -> bool:
    """True if the system trusts any: those of a folder, as on Linux, are only read when one is needed."""
    if ssl.create_default_context().cert_store_stats()["x509_ca"]:
        return True
    folder = ssl.get_default_verify_paths().capath
    return bool(folder) and any(Path(folder).iterdir())


def client_context(trust: Trust) -> ssl.SSLContext:
    """Return what a client's TLS is made with; with a pin the caller compares the certificate itself.

    The system's authorities are asked as the system asks them, those that the company has installed among them.
    Raises ServerError(SERVER_CERTIFICATE) if the file of authorities cannot be read.
    """
    if trust.pin is not None:
        return unproven_context()
    if trust.ca_file is None:
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        return ssl.create_default_context(cafile=trust.ca_file)
    except (OSError, ssl.SSLError):
        raise ServerError(ErrorCode.SERVER_CERTIFICATE, "authority file") from None


def unproven_context() -> ssl.SSLContext:
    """Return what takes every certificate, to look at it: nothing may be sent before something else has proven it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
