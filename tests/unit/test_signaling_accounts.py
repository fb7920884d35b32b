"""Engineers' accounts, and the rates that protect them."""

import stat
from pathlib import Path

import pytest

from remotedesk_signaling import accounts as accounts_module
from remotedesk_signaling.accounts import AccountError, Accounts
from remotedesk_signaling.limits import Limits
from remotedesk_signaling.rates import Rates, address_key

PASSWORD = "correct horse battery"


def test_an_account_verifies_its_password_only() -> None:
    accounts = Accounts.in_memory()
    added = accounts.add("Hanako Sato", "Sample Support K.K.", PASSWORD)
    assert accounts.verify("hanako  SATO", PASSWORD) == added  # however it is written
    assert accounts.verify("Hanako Sato", PASSWORD + "x") is None
    assert accounts.verify("Jiro Suzuki", PASSWORD) is None
    assert PASSWORD not in repr(added)
    assert "argon2" not in repr(added)
    accounts.close()


def test_composed_and_decomposed_passwords_are_the_same() -> None:
    accounts = Accounts.in_memory()
    accounts.add("Hanako Sato", "Sample", "パスワードがぎぐ")
    assert accounts.verify("Hanako Sato", "パスワードがぎぐ") is not None
    accounts.close()


def test_an_unknown_name_costs_the_same_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = Accounts.in_memory()
    accounts.add("Hanako Sato", "Sample", PASSWORD)
    parameters = []

    class CountingHasher:
        """The real hasher, noting with which parameters it was asked to verify."""

        def verify(self, password_hash: str, password: str) -> bool:
            parameters.append(password_hash.rsplit("$", 2)[0])
            return hasher.verify(password_hash, password)

    hasher = accounts_module._HASHER
    monkeypatch.setattr(accounts_module, "_HASHER", CountingHasher())
    assert accounts.verify("Hanako Sato", "a wrong password") is None
    assert accounts.verify("Nobody", "a wrong password") is None
    assert parameters[0] == parameters[1]
    assert parameters[0].startswith("$argon2id$")
    accounts.close()


def test_names_are_shown_clean() -> None:
    accounts = Accounts.in_memory()
    added = accounts.add("  Taro\u202e\n Yamada\x00 ", "A\u200bB", PASSWORD)
    assert (added.name, added.company) == ("Taro Yamada", "AB")
    accounts.close()


def test_what_cannot_be_an_account_is_refused() -> None:
    accounts = Accounts.in_memory()
    accounts.add("Hanako Sato", "Sample", PASSWORD)
    for name, company, password in (
        ("hanako sato", "Other", PASSWORD),
        ("\u200b", "Sample", PASSWORD),
        ("Jiro Suzuki", " ", PASSWORD),
        ("Jiro Suzuki", "Sample", "short"),
        ("Jiro Suzuki", "Sample", "x" * 257),
    ):
        with pytest.raises(AccountError):
            accounts.add(name, company, password)
    with pytest.raises(AccountError):
        accounts.remove("Nobody")
    with pytest.raises(AccountError):
        accounts.set_password("Nobody", PASSWORD)
    accounts.close()


def test_a_database_keeps_accounts(tmp_path: Path) -> None:
    path = tmp_path / "engineers.sqlite"
    first = Accounts.open(path)
    before = first.add("Hanako Sato", "Sample", PASSWORD)
    first.close()
    assert PASSWORD.encode() not in path.read_bytes()
    second = Accounts.open(path)
    assert second.all() == (before,)
    second.set_password("Hanako Sato", "another password")
    assert second.verify("Hanako Sato", PASSWORD) is None
    assert second.verify("Hanako Sato", "another password") == second.find("Hanako Sato") != before
    second.remove("Hanako Sato")
    assert second.all() == ()
    second.close()


def test_a_database_is_its_owners_only(tmp_path: Path) -> None:
    path = tmp_path / "engineers.sqlite"
    Accounts.open(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_rates_are_per_key_and_refill() -> None:
    rates = Rates(2, most=10)
    assert [rates.take("a", 0.0) for _ in range(3)] == [True, True, False]
    assert rates.take("b", 0.0)
    assert rates.take("a", 30.0)
    assert not rates.take("a", 30.0)
    rates.forgive("a")
    assert rates.take("a", 30.0)


def test_only_so_many_keys_are_remembered() -> None:
    rates = Rates(1, most=2)
    rates.take("a", 0.0)
    rates.take("b", 0.0)
    assert not rates.take("a", 0.0)
    rates.take("c", 0.0)  # the one unused for longest, b, is forgotten
    assert not rates.take("a", 0.0)
    assert rates.take("b", 0.0)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("nonsense", ""),
    ],
)
def test_an_ipv6_user_is_one_address(address: str, key: str) -> None:
    assert address_key(address) == key


def test_limits_are_changed_by_name() -> None:
    changed = Limits().with_values({"joins_per_minute": "7", "resume_s": "1.5"})
    assert (changed.joins_per_minute, changed.resume_s) == (7, 1.5)
    for given in (
        {"nonsense": "1"},
        {"resume_s": "0"},
        {"resume_s": "inf"},
        {"joins_per_minute": "1.5"},
        {"live_numbers_most": "20000"},
    ):
        with pytest.raises(ValueError):
            Limits().with_values(given)


def test_live_numbers_stay_under_a_fifth() -> None:
    assert Limits().live_numbers_most * 5 < 100_000
