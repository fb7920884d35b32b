"""The record of a session on disk."""

import stat
from pathlib import Path

from remotedesk.core.audit import Act, verify
from remotedesk.engine.record import Record


def test_records_that_begin_in_the_same_second_are_files_of_their_own(tmp_path: Path) -> None:
    records = [Record(tmp_path / "records", "customer") for _ in range(5)]
    for record in records:
        record.add(Act.STARTED, role="customer")
        record.add(Act.ENDED, by="customer")
    for record in records:
        record.close()
    assert len({record.path for record in records}) == len(records)
    for record in records:
        with record.path.open(encoding="utf-8", newline="\n") as lines:
            assert verify(lines)[-1].hash == record.head


def test_every_record_is_its_owners_only(tmp_path: Path) -> None:
    records = [Record(tmp_path, "customer") for _ in range(3)]
    for record in records:
        record.add(Act.STARTED, role="customer")
        record.close()
    assert {stat.S_IMODE(record.path.stat().st_mode) for record in records} == {0o600}


def test_a_record_goes_through_no_link_that_lies_in_its_way(tmp_path: Path) -> None:
    record = Record(tmp_path, "customer")
    elsewhere = tmp_path / "elsewhere"
    record.path.symlink_to(elsewhere)
    record.add(Act.STARTED, role="customer")
    record.close()
    assert not elsewhere.exists()
    assert record.path.read_text("utf-8")
