"""Recorded readings are read as they were meant, or refused at their place."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

from monitoring.recording import Recording, read_recording, written
from simulator.contracts.problem import BadInput


def table(tmp_path: Path, times: list[str], head: str = "t", values: str = "1.5", mark: str = ",") -> Path:
    path = tmp_path / "readings.csv"
    path.write_text("\n".join([f"{head}{mark}a", *(f"{time}{mark}{values}" for time in times)]) + "\n")
    return path


def hours(count: int, form: str, begin: datetime = datetime(2025, 1, 1)) -> list[str]:
    return [(begin + timedelta(hours=hour)).strftime(form) for hour in range(count)]


@pytest.mark.parametrize(
    "form", ["%d/%m/%y %H", "%m/%d/%y %H", "%d.%m.%Y %H:%M", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M", "%m/%d/%Y %H:%M"]
)
def test_the_form_of_the_time_is_the_one_that_gives_constant_steps(tmp_path: Path, form: str) -> None:
    """Also where day and month could be told apart by no single row: 1 to 12 January are 1/1 to 12/1 or 1/1 to 1/12."""
    found = read_recording(table(tmp_path, hours(12 * 24, form)))
    assert found.step_s == 3600
    assert found.at(0) == "2025-01-01T00:00:00" and found.at(-1) == "2025-01-12T23:00:00"


def test_a_day_whose_form_cannot_be_known_is_asked_for(tmp_path: Path) -> None:
    path = table(tmp_path, hours(20, "%d/%m/%y %H", datetime(2025, 3, 2)))
    with pytest.raises(BadInput, match=r"not clear.*--time-format"):
        read_recording(path)
    assert read_recording(path, time_format="%d/%m/%y %H").at(0) == "2025-03-02T00:00:00"
    assert read_recording(path, time_format="%m/%d/%y %H").at(0) == "2025-02-03T00:00:00"


def test_seconds_and_milliseconds_since_1970_and_parquet_give_the_same(tmp_path: Path) -> None:
    first = int(datetime(2025, 1, 1).timestamp() - datetime(1970, 1, 1).timestamp())
    seconds = [str(first + 60 * minute) for minute in range(30)]
    by_seconds = read_recording(table(tmp_path, seconds))
    by_milliseconds = read_recording(table(tmp_path, [f"{one}000" for one in seconds]))
    moments = pyarrow.array(np.array(seconds, np.int64) * 1000, pyarrow.timestamp("ms"))
    parquet.write_table(pyarrow.table({"t": moments, "a": [1.5] * 30}), tmp_path / "r.parquet")
    by_parquet = read_recording(tmp_path / "r.parquet")
    for one in (by_milliseconds, by_parquet):
        assert (one.times_s == by_seconds.times_s).all() and (one.values == by_seconds.values).all()
    assert by_seconds.step_s == 60 and by_seconds.at(0) == "2025-01-01T00:00:00"


def test_a_decimal_comma_labels_blanks_and_gaps(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    lines = [f"{time}; 1,{n:02}; ; -999" for n, time in enumerate(hours(50, "%d.%m.%Y %H:%M"))]
    path.write_text("\n".join(["Zeit; Pegel; Leer; ATT_FLAG", *lines[:20], *lines[25:]]))
    found = read_recording(path)
    assert found.names == ("Pegel", "Leer")
    assert found.values[1, 0] == 1.01 and np.isnan(found.values[:, 1]).all()
    told = " ".join(one.en for one in found.remarks)
    assert "1 gap" in told and "ATT_FLAG" in told and "Zeit" in told


def test_how_finely_a_series_is_written() -> None:
    values = np.array([[1.25, 30.0, 0.1, np.nan], [1.5, 20.0, 0.3, np.nan]])
    found = Recording(np.array([0, 60]), ("a", "b", "c", "d"), values, 60).resolution
    assert found[:3] == pytest.approx([0.01, 10.0, 0.1]) and np.isnan(found[3])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: [*lines[:3], "x," + lines[3].split(",")[1], *lines[4:]], "no column holds times"),
        (lambda lines: [*lines[:3], lines[3].split(",")[0] + ",3..5", *lines[4:]], r"csv:4: a: '3\.\.5' is no number"),
        (lambda lines: [*lines[:3], lines[3] + ",7", *lines[4:]], "csv:4: .*3 fields instead of 2"),
        (lambda lines: [*lines[:3], lines[2].split(",")[0] + ",9", *lines[4:]], "csv:4: t: a time that is not after"),
        (lambda lines: lines[:1], "holds no rows"),
        (lambda lines: ["t,t", *lines[1:]], "names two columns"),
        (lambda lines: [line.split(",")[0] for line in lines], "a single column"),
        (lambda lines: [*lines, '"never closed', "x" * 200_000], r"csv:0: .*is no CSV \(field larger"),
    ],
)
def test_what_is_wrong_is_named_at_its_place(tmp_path: Path, change: object, said: str) -> None:
    path = table(tmp_path, hours(80, "%Y-%m-%dT%H:%M"))
    path.write_text("\n".join(change(path.read_text().splitlines())))  # type: ignore[operator]
    with pytest.raises(BadInput, match=said):
        read_recording(path)


def test_a_lone_carriage_return_ends_a_line(tmp_path: Path) -> None:
    lines = table(tmp_path, hours(80, "%Y-%m-%dT%H:%M")).read_text().splitlines()
    path = tmp_path / "r.csv"
    path.write_bytes("\r".join(lines).encode())
    assert read_recording(path).values.shape[0] == 80


def test_every_wrong_column_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text(
        "\n".join(["t,a,b,c", "2024-12-31T23:00,x,2,y", *(f"{one},1,2,3" for one in hours(30, "%Y-%m-%dT%H:%M"))])
    )
    with pytest.raises(BadInput) as bad:
        read_recording(path)
    assert [one.field for one in bad.value.problems] == ["a", "c"]
    assert read_recording(path, ignore=["a", "c"]).names == ("b",)


def test_times_are_written_as_the_file_has_them() -> None:
    assert written(0) == "1970-01-01T00:00:00"


HOURS_OF_A_DAY = [datetime(2024, 3, 28) + timedelta(hours=hour) for hour in range(24)]


@pytest.mark.parametrize(
    ("form", "mark"),
    [
        ("%Y/%m/%d %H:%M", ","),
        ("%d-%m-%Y %H:%M", ","),
        ("%d.%m.%Y %H", ";"),
        ("%d-%b-%Y %H:%M:%S", ","),
        ("%m/%d/%Y %I:%M:%S %p", ","),
        ("%d.%m.%Y;%H:%M", ";"),
    ],
)
@pytest.mark.parametrize("newest_first", [False, True])
def test_forms_of_time_that_exports_have(tmp_path: Path, form: str, mark: str, newest_first: bool) -> None:
    """Also a day and a time of day in two columns, and the newest row first."""
    rows = [mark.join([moment.strftime(form), str(n)]) for n, moment in enumerate(HOURS_OF_A_DAY)]
    head = mark.join(["day", "hour", "a"] if form.count(";") else ["when", "a"])
    (tmp_path / "r.csv").write_text("\n".join([head, *(rows[::-1] if newest_first else rows)]), encoding="utf-8")
    found = read_recording(tmp_path / "r.csv")
    assert (found.at(0), found.step_s, found.names) == ("2024-03-28T00:00:00", 3600, ("a",))
    assert found.values[:, 0].tolist() == list(range(24))


def test_what_is_no_series_is_left_out_and_told(tmp_path: Path) -> None:
    rows = [f"{n},{m.isoformat()},{n}.5,in order,Anna,1" for n, m in enumerate(HOURS_OF_A_DAY)]
    rows.insert(3, rows[2])
    rows[5] = rows[5].replace("4.5", "Bad Input")
    head = ",time,a,remark,by,LABEL (1: attack)"
    (tmp_path / "r.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    found = read_recording(tmp_path / "r.csv")
    assert found.names == ("a",) and len(found.times_s) == 24 and np.isnan(found.values[4, 0])
    told = " ".join(str(one.en) for one in found.remarks)
    for what in ("numbers the rows", "1 row was there twice", "as they are text: remark and by", "LABEL (1: attack)"):
        assert what in told, told


def test_two_different_rows_of_one_time_are_refused(tmp_path: Path) -> None:
    rows = [f"{m.isoformat()},{n}" for n, m in enumerate(HOURS_OF_A_DAY)]
    rows.insert(3, f"{HOURS_OF_A_DAY[2].isoformat()},7")
    (tmp_path / "r.csv").write_text("\n".join(["time,a", *rows]), encoding="utf-8")
    with pytest.raises(BadInput):
        read_recording(tmp_path / "r.csv")
