"""The error codes: unique, stable in form, one family to a class."""

import ast
import re
from pathlib import Path

import pytest

import remotedesk
from remotedesk.core import errors
from remotedesk.core.errors import ErrorCode, RemotedeskError

FAMILIES = {
    "NumberError": "1",
    "PairingError": "2",
    "ServerError": "3",
    "ProtocolError": "4",
    "ConsentError": "5",
    "PlatformError": "6",
    "RecordError": "7",
}
LOWER_LAYERS = [
    path for layer in ("core", "wire") for path in sorted((Path(remotedesk.__file__).parent / layer).glob("*.py"))
]


def test_codes_are_unique_and_well_formed() -> None:
    values = [member.value for member in ErrorCode.__members__.values()]
    assert len(set(values)) == len(values) == len(list(ErrorCode))
    assert all(re.fullmatch(r"RD-[1-79]\d\d", value) for value in values)


def test_codes_stand_in_order() -> None:
    assert [code.value for code in ErrorCode] == sorted(code.value for code in ErrorCode)


def test_the_tree_at_the_top_names_every_class_with_its_family() -> None:
    drawn = dict(re.findall(r"(\w+Error) +RD-(\d)xx", errors.__doc__ or ""))
    assert drawn == FAMILIES
    classes = {kind.__name__ for kind in RemotedeskError.__subclasses__() if kind.__module__ == errors.__name__}
    assert classes == set(FAMILIES)


@pytest.mark.parametrize("path", LOWER_LAYERS, ids=lambda path: path.name)
def test_an_error_carries_a_code_of_its_family(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FAMILIES:
            code = node.args[0]
            assert isinstance(code, ast.Attribute)
            assert ErrorCode[code.attr].value[3] == FAMILIES[node.func.id]


def test_an_error_tells_its_code_name_and_detail() -> None:
    error = errors.ServerError(ErrorCode.SERVER_LOST, "after 5 s")
    assert error.code is ErrorCode.SERVER_LOST
    assert str(error) == "RD-304 SERVER_LOST: after 5 s"
    assert str(RemotedeskError(ErrorCode.INTERNAL)) == "RD-901 INTERNAL"
