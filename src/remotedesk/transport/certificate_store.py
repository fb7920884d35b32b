"""The system's certificate authorities."""

import ssl
from pathlib import Path


def has_authorities() -> bool:
    """True if the system trusts any: those of a folder, as on Linux, are only read when one is needed."""
    if ssl.create_default_context().cert_store_stats()["x509_ca"]:
        return True
    folder = ssl.get_default_verify_paths().capath
    return bool(folder) and any(Path(folder).iterdir())
