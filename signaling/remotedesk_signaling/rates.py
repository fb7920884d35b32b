"""Rates per address and per account, for a bounded number of them."""

import ipaddress
from collections import OrderedDict

from remotedesk.core.rate_limit import TokenBucket


class Rates:
    """A token bucket per key: `per_minute` at once, and as many per minute after that.

    Beyond `most` keys the one unused for longest is forgotten, so that memory stays bounded.
    """

    def __init__(self, per_minute: float, most: int) -> None:
        self._per_minute = per_minute
        self._most = most
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def take(self, key: str, now: float) -> bool:
        """Count one act of `key`; False when it is one too many."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = TokenBucket(self._per_minute, self._per_minute / 60.0, now)
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
        return bucket.take(now)

    def forgive(self, key: str) -> None:
        """Forget what `key` has done."""
        self._buckets.pop(key, None)


def address_key(address: str) -> str:
    """Return what counts as one address: an IPv4 address, or the /64 network one IPv6 user usually has to himself."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.IPv6Network((ip, 64), strict=False))
    return str(ip)
