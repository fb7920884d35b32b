"""A certificate authority for one folder, and the server's certificate from it."""

import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from remotedesk_signaling.certificates import general_name
from remotedesk_signaling.deployment import write_private

_AUTHORITY_VALID: Final = datetime.timedelta(days=3_650)
_VALID: Final = datetime.timedelta(days=397)


class Authority:
    """Made in `folder` on first use and kept, so that who has come to trust it need not do so again."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError, and ValueError when what is there is not a CA."""
        self.file = folder / "ca.pem"
        key_file = folder / "ca-key.pem"
        if self.file.exists() and key_file.exists():
            key = serialization.load_pem_private_key(key_file.read_bytes(), None)
            if not isinstance(key, ec.EllipticCurvePrivateKey):
                raise ValueError(f"{key_file} is not this program's")
            self._key = key
            self._certificate = x509.load_pem_x509_certificate(self.file.read_bytes())
        else:
            self._key = ec.generate_private_key(ec.SECP256R1())
            self._certificate = self._own_certificate()
            write_private(key_file, _pem_key(self._key))
            self.file.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def write_certificate(self, file: Path, chain: Path, names: list[str]) -> None:
        """Write a new certificate for host names and IP addresses, the first its subject.

        It goes into `file` together with its key, and into `chain` without.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            self._builder(names[0], _VALID, key)
            .add_extension(x509.SubjectAlternativeName([general_name(name) for name in names]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        shown = certificate.public_bytes(serialization.Encoding.PEM)
        chain.write_bytes(shown)
        write_private(file, shown.decode() + _pem_key(key))

    def _own_certificate(self) -> x509.Certificate:
        signs_only = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        return (
            self._builder("remotedesk trial CA", _AUTHORITY_VALID, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(signs_only, critical=True)
            .sign(self._key, hashes.SHA256())
        )

    def _builder(
        self, subject: str, valid: datetime.timedelta, key: ec.EllipticCurvePrivateKey
    ) -> x509.CertificateBuilder:
        begins = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
        return (
            x509.CertificateBuilder()
            .subject_name(_name(subject))
            .issuer_name(_name("remotedesk trial CA"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(begins + valid)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _pem_key(key: ec.EllipticCurvePrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
