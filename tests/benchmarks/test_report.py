"""Aligned tables, and JSON with the origin of its figures."""

import json
from pathlib import Path

import pytest

from benchmarks.report import NOTHING, Column, Report, Table, table_lines

COLUMNS = (Column("who", "who"), Column("images/s", "speed", ",.0f"), Column("", "problem"))


def test_columns_are_as_wide_as_their_widest_cell_and_numbers_are_right_aligned() -> None:
    heading, rule, *lines = table_lines(COLUMNS, [{"who": "a", "speed": 1234.5}, {"who": "a longer one", "speed": 7}])
    assert heading == "who           images/s"
    assert set(rule) == {"─"}
    assert lines == ["a                1,234", "a longer one         7"]


def test_missing_cells_are_marked_and_an_empty_row_separates_the_others() -> None:
    *_, first, parting, last = table_lines(COLUMNS, [{"who": "a", "speed": 1}, {}, {"who": "b", "problem": "not here"}])
    assert parting == ""
    assert first.endswith(NOTHING)
    assert last.split() == ["b", NOTHING, "not", "here"]


def test_the_json_has_the_machine_the_rows_and_every_measurement(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = Table("Speed", COLUMNS)
    report = Report(table)
    table.rows.append({"who": "a", "speed": 1.5})
    report.notes.append("a remark")
    report.publish(tmp_path / "new" / "speed.json", {"a": [1.0, 2.0]})
    assert "Speed" in capsys.readouterr().out
    content = json.loads((tmp_path / "new" / "speed.json").read_text(encoding="utf-8"))
    assert content["tables"] == [{"title": "Speed", "rows": [{"who": "a", "speed": 1.5}]}]
    assert content["measurements"] == {"a": [1.0, 2.0]}
    assert {"cpu", "cores", "python", "versions", "date", "command"} <= content["machine"].keys()
