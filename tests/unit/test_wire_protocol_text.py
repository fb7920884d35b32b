"""A second client, written from section 5 and 6 of PROTOCOL.md alone, pairs with ours."""

import hashlib
import hmac
import re
import secrets
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import remotedesk.wire
from remotedesk.core.errors import PairingError
from remotedesk.core.role import Role
from remotedesk.transport.comparison import CustomerComparison, EngineerComparison
from remotedesk.transport.pairing import Binding, CustomerPairing, EngineerPairing, PairingTerms
from remotedesk.transport.resume import ResumeExchange
from remotedesk.transport.sealing import SealedChannel
from remotedesk.transport.session_keys import Purpose, SessionKeys
from remotedesk.wire.pairing import ConfirmCustomer, ConfirmEngineer, PakeCustomer, PakeEngineer, ResumeHello, Sealed
from remotedesk.wire.sealed import SEALED, CustomerDetails

TEXT = (Path(remotedesk.wire.__path__[0]) / "PROTOCOL.md").read_text(encoding="utf-8")
SERVER, ROUTING, SECRET = "support.example.com", "12345", "678901"
CAPABILITIES = ("chat", "view")

# -- edwards25519, RFC 8032 section 5.1, in plain affine coordinates ------------------------------------------------

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, PRIME) % PRIME
Point = tuple[int, int]
NEUTRAL: Point = (0, 1)


def add(p: Point, q: Point) -> Point:
    crossed = D * p[0] * q[0] * p[1] * q[1] % PRIME
    x = (p[0] * q[1] + q[0] * p[1]) * pow(1 + crossed, -1, PRIME) % PRIME
    y = (p[1] * q[1] + p[0] * q[0]) * pow(1 - crossed, -1, PRIME) % PRIME
    return x, y


def times(n: int, p: Point) -> Point:
    found = NEUTRAL
    for bit in bin(n % ORDER)[2:]:
        found = add(found, found)
        if bit == "1":
            found = add(found, p)
    return found


def encoded(p: Point) -> bytes:
    return (p[1] | (p[0] & 1) << 255).to_bytes(32, "little")


def decoded(data: bytes) -> Point:
    number = int.from_bytes(data, "little")
    y, sign = number & (1 << 255) - 1, number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if (x * x - square) % PRIME:
        x = x * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    assert (x * x - square) % PRIME == 0
    return (PRIME - x if x & 1 != sign else x), y


G = decoded(bytes.fromhex("58" + "66" * 31))

# -- section 5 ------------------------------------------------------------------------------------------------------

L = b"remotedesk/1"
M, N = (decoded(bytes.fromhex(found)) for found in re.findall(r"^ +[MN] = ([0-9a-f]{64})$", TEXT, re.MULTILINE))


def frame(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def hkdf(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    pseudorandom = hmac.digest(salt, secret, "sha256")
    found, block = b"", b""
    for number in range(1, 256):
        block = hmac.digest(pseudorandom, block + info + bytes([number]), "sha256")
        found += block
        if len(found) >= length:
            break
    return found[:length]


B = frame(L, b"1", SERVER.encode(), ROUTING.encode())


class TextClient:
    """One side as the text describes it."""

    def __init__(self, role: str, secret: str = SECRET) -> None:
        self.role, self.password = role, secret.encode()
        self.w = int.from_bytes(hkdf(self.password, b"", b"SPAKE2 pw", 48), "big") % ORDER
        self.mine, self.theirs = (M, N) if role == "customer" else (N, M)
        self.scalar = secrets.randbelow(ORDER)
        element = add(times(self.scalar, G), times(self.w, self.mine))
        self.message = (b"\x41" if role == "customer" else b"\x42") + encoded(element)

    def derive(self, their_message: bytes, their_capabilities: tuple[str, ...]) -> None:
        z = times(self.scalar, add(decoded(their_message[1:]), times(-self.w, self.theirs)))
        said: dict[str, tuple[tuple[str, ...], bytes]] = {self.role: (CAPABILITIES, self.message)}
        said["engineer" if self.role == "customer" else "customer"] = (their_capabilities, their_message)
        elements = [said[role][1][1:] for role in ("customer", "engineer")]
        ids = [sha256(frame(role.encode(), B)) for role in ("customer", "engineer")]
        self.secret = sha256(sha256(self.password), *ids, *elements, encoded(z))
        parts = [
            frame(role.encode(), frame(*(name.encode() for name in said[role][0])), said[role][1])
            for role in ("customer", "engineer")
        ]
        self.transcript = sha256(frame(L, b"pairing", B, *parts))

    def key(self, purpose: str) -> bytes:
        return hkdf(self.secret, self.transcript, frame(L, purpose.encode()), 32)

    def mac(self, purpose: str, *parts: bytes) -> bytes:
        return hmac.digest(self.key(purpose), frame(*parts), "sha256")


def terms(secret: str = SECRET) -> PairingTerms:
    return PairingTerms(secret, Binding(SERVER, ROUTING), CAPABILITIES)


def paired() -> tuple[TextClient, SessionKeys]:
    """Pair a customer from the text with our engineer."""
    ours, text = EngineerPairing(terms()), TextClient("customer")
    keys = ours.accept(PakeCustomer(1, CAPABILITIES, text.message))
    text.derive(ours.message.spake2, ours.message.capabilities)
    return text, keys


def test_our_engineer_pairs_with_a_customer_from_the_text() -> None:
    text, keys = paired()
    proof = EngineerPairing.check(keys, ConfirmCustomer(text.mac("confirm customer")))
    assert proof.mac == text.mac("confirm engineer")
    assert {purpose: bytes(keys.key(purpose)) for purpose in Purpose} == {each: text.key(each) for each in Purpose}


def test_our_customer_pairs_with_an_engineer_from_the_text() -> None:
    ours, text = CustomerPairing(terms()), TextClient("engineer")
    keys, proof = ours.answer(PakeEngineer(1, CAPABILITIES, text.message))
    text.derive(ours.opening.spake2, ours.opening.capabilities)
    assert proof.mac == text.mac("confirm customer")
    CustomerPairing.check(keys, ConfirmEngineer(text.mac("confirm engineer")))


def test_another_secret_does_not_pair() -> None:
    ours, text = EngineerPairing(terms("678902")), TextClient("customer")
    keys = ours.accept(PakeCustomer(1, CAPABILITIES, text.message))
    text.derive(ours.message.spake2, ours.message.capabilities)
    with pytest.raises(PairingError):
        EngineerPairing.check(keys, ConfirmCustomer(text.mac("confirm customer")))


def test_envelopes_open_both_ways() -> None:
    text, keys = paired()
    channel, message = SealedChannel(keys, Role.ENGINEER), CustomerDetails("山田 太郎")
    for counter in range(3):
        nonce = counter.to_bytes(12, "big")
        label = frame(L, b"sealed", b"customer")
        box = AESGCM(text.key("seal customer")).encrypt(nonce, SEALED.encode(message), label)
        assert channel.open(Sealed(counter, box)) == message
        back = channel.seal(message)
        label = frame(L, b"sealed", b"engineer")
        assert back.counter == counter
        opened = AESGCM(text.key("seal engineer")).decrypt(nonce, back.box, label)
        assert SEALED.decode(opened) == message


def test_the_comparison_code_is_the_texts() -> None:
    text, keys = paired()
    ours = CustomerComparison(keys)
    theirs = EngineerComparison(keys, ours.commit)
    code, reveal = ours.reveal(theirs.answer)
    assert ours.commit.commitment == sha256(frame(L, b"code commitment", reveal.nonce))
    number = int.from_bytes(text.mac("code", reveal.nonce, theirs.answer.nonce), "big") % 10_000
    assert code == theirs.finish(reveal) == f"{number:04}"


def test_a_customer_from_the_text_resumes_with_our_engineer() -> None:
    text, keys = paired()
    exchange = ResumeExchange(Role.ENGINEER, keys, Binding(SERVER, ROUTING))
    private, nonce = X25519PrivateKey.generate(), secrets.token_bytes(32)
    public = private.public_key().public_bytes_raw()
    fresh = exchange.finish(ResumeHello(nonce, public, text.mac("resume hello", b"customer", B, nonce, public)))
    hello = exchange.hello
    assert hello.mac == text.mac("resume hello", b"engineer", B, hello.nonce, hello.x25519)
    text.secret = text.key("resume") + private.exchange(X25519PublicKey.from_public_bytes(hello.x25519))
    text.transcript = sha256(frame(L, b"resume", B, nonce, public, hello.nonce, hello.x25519))
    assert {purpose: bytes(fresh.key(purpose)) for purpose in Purpose} == {each: text.key(each) for each in Purpose}
