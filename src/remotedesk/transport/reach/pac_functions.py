"""What a proxy script may ask, as browsers since Netscape answer it, but for what needs the network.

No standard says what they mean. Arguments come from the script: whatever their types, the answer is a boolean or a
number, or ValueError is raised.
"""

import ipaddress
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, TypeVar

T = TypeVar("T")

_DAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_YEAR, _MONTH, _DAY = range(3)

Now = Callable[[bool], datetime]  # True: in GMT


def is_plain_host_name(host: str) -> bool:
    """True if there is no point in it."""
    return "." not in host and ":" not in host


def dns_domain_is(host: str, domain: str) -> bool:
    """True if it ends so."""
    return host.lower().endswith(domain.lower())


def local_host_or_domain_is(host: str, full: str) -> bool:
    """True if it is this name, or its first part alone."""
    return host.lower() == full.lower() or full.lower().startswith(f"{host.lower()}.")


def dns_domain_levels(host: str) -> int:
    """Return how many points there are."""
    return host.count(".")


def sh_exp_match(text: str, pattern: str) -> bool:
    """True if the pattern fits, with `*` for any characters and `?` for one."""
    # Stretches between stars are looked for one after the other: no pattern makes that slow.
    first, *rest = [re.sub(r"\\\?", ".", re.escape(part)) for part in pattern.split("*")]
    begun = re.compile(first, re.DOTALL).match(text)
    if begun is None or not rest:
        return begun is not None and begun.end() == len(text)
    at = begun.end()
    for part in rest[:-1]:
        found = re.compile(part, re.DOTALL).search(text, at)
        if found is None:
            return False
        at = found.end()
    last = pattern.rpartition("*")[2]
    return len(text) - len(last) >= at and re.fullmatch(rest[-1], text[len(text) - len(last) :], re.DOTALL) is not None


def is_in_net(address: str, network: str, mask: str) -> bool:
    """True if this IPv4 address is in the network; False if one of the three is none."""
    try:
        bits = int(ipaddress.IPv4Address(mask))
        return int(ipaddress.IPv4Address(address)) & bits == int(ipaddress.IPv4Address(network)) & bits
    except ValueError:
        return False


def weekday_range(arguments: Sequence[object], now: Now) -> bool:
    """True on these days: `"MON"`, or `"FRI", "MON"` over the end of the week; `"GMT"` may follow."""
    words, gmt = _without_gmt(arguments)
    first, last = _halves([_DAYS.index(str(word).upper()) for word in words])
    return _within(first, [now(gmt).weekday()], last)


def date_range(arguments: Sequence[object], now: Now) -> bool:
    """True between two dates, each of a day, a month's name and a year, or some of them; `"GMT"` may follow."""
    words, gmt = _without_gmt(arguments)
    today = now(gmt)
    first, last = _halves([_date_part(word) for word in words])
    kinds = [kind for kind, _ in sorted(first)]
    if kinds != [kind for kind, _ in sorted(last)] or len(set(kinds)) != len(kinds):
        raise ValueError("not two dates of one form")
    current = [(today.year, today.month, today.day)[kind] for kind in kinds]
    return _within([value for _, value in sorted(first)], current, [value for _, value in sorted(last)])


def time_range(arguments: Sequence[object], now: Now) -> bool:
    """True between two times, each of an hour, and of minutes and seconds if given; `"GMT"` may follow."""
    words, gmt = _without_gmt(arguments)
    first, last = _halves([_number(word) for word in words])
    if len(first) > 3:
        raise ValueError("not two times")
    clock = now(gmt)
    seconds = [clock.hour, clock.minute, clock.second]
    return _within([*first, 0, 0][:3], seconds, [*last, 59, 59][:3])


def _without_gmt(arguments: Sequence[object]) -> tuple[list[object], bool]:
    words = list(arguments)
    gmt = bool(words) and words[-1] == "GMT"
    return words[: len(words) - gmt], gmt


def _halves(parts: list[T]) -> tuple[list[T], list[T]]:
    half = len(parts) // 2
    if len(parts) == 1:
        return parts, parts
    if not parts or len(parts) % 2:
        raise ValueError("an odd number of arguments")
    return parts[:half], parts[half:]


def _within(first: list[int], current: list[int], last: list[int]) -> bool:
    if first <= last:
        return first <= current <= last
    return current >= first or current <= last


def _number(word: object) -> int:
    if isinstance(word, int | float):
        return int(word)
    raise ValueError("not a number")


def _date_part(word: object) -> tuple[int, int]:
    if isinstance(word, str):
        return _MONTH, _MONTHS.index(word.upper()) + 1
    number = _number(word)
    return (_DAY if 1 <= number <= 31 else _YEAR), number
