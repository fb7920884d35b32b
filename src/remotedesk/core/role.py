"""Who a peer is in a session; the same names on the wire, in the keys and in the record."""

from enum import StrEnum


class Role(StrEnum):
    """One customer and one engineer today."""

    CUSTOMER = "customer"
    ENGINEER = "engineer"

    @property
    def other(self) -> "Role":
        """The role on the other side."""
        return Role.ENGINEER if self is Role.CUSTOMER else Role.CUSTOMER
