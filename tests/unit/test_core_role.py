"""The two roles are each other's other."""

from remotedesk.core.role import Role


def test_each_role_has_its_other() -> None:
    assert {role: role.other for role in Role} == {Role.CUSTOMER: Role.ENGINEER, Role.ENGINEER: Role.CUSTOMER}
