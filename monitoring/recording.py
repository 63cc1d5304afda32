"""Readings of many series on one clock, as a historian of a utility exports them.

Nothing is guessed silently: which column is the time and in which form, which columns are labels, which step the clock
has and how finely each series is written are found from the data, told, and can be said by option instead.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.words import Text, Verbatim, Words, enumerated

_ = Words("monitoring")
_n = _.plural

Floats = NDArray[np.float64]

TIME_FORMATS = (
    "%d/%m/%y %H",
    "%m/%d/%y %H",
    "%d/%m/%Y %H",
    "%m/%d/%Y %H",
    "%d/%m/%y %H:%M",
    "%m/%d/%y %H:%M",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d/%m/%y %H:%M:%S",
    "%m/%d/%y %H:%M:%S",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d.%m.%y %H:%M",
    "%d.%m.%Y %H:%M",
    "%d.%m.%y %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H",
    "%Y%m%d %H%M",
    "%Y%m%d%H%M%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%m-%d-%Y %H:%M",
    "%d-%m-%Y %H:%M:%S",
    "%m-%d-%Y %H:%M:%S",
    "%d-%b-%Y %H:%M",
    "%d-%b-%Y %H:%M:%S",
    "%d-%b-%y %H:%M",
    "%d-%b-%y %H:%M:%S",
    "%m/%d/%Y %I:%M %p",
    "%d/%m/%Y %I:%M %p",
    "%m/%d/%Y %I:%M:%S %p",
    "%d/%m/%Y %I:%M:%S %p",
)
"""Forms of a time that are tried beside ISO 8601 and seconds or milliseconds since 1970."""

ISO, SECONDS, MILLISECONDS = "ISO 8601", "s since 1970", "ms since 1970"

LABELS = re.compile(
    r"(?i)^(.*[_ ])?(label|labels|flag|flags|attack|att_flag|anomaly|anomalies|class|target)( *\(.*\))?$"
)
"""Columns that say afterwards what was the matter: nobody has them at the time, so they are left out."""

NOTHING = frozenset(
    {
        "",
        "nan",
        "na",
        "n/a",
        "#n/a",
        "null",
        "none",
        "-",
        "--",
        "---",
        "?",
        "bad",
        "bad input",
        "no data",
        "nodata",
        "invalid",
    }
)
"""What stands where a reading is missing."""

DATE, TIME_OF_DAY = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"), re.compile(r"\d{1,2}:\d{2}(:\d{2})?")
"""A day and a time of day, as some exports have them in two columns."""

ROW_NUMBERS = frozenset({"", "unnamed: 0", "index"})
"""Heads of a column that numbers the rows."""

FITTING = 0.95
"""The least share of the steps from row to row that must be the same for a form of time to be the right one."""


@dataclass(frozen=True)
class Recording:
    """Readings on a regular clock.

    Parameters: `times_s` seconds since 1970 (UTC, or local time as the file has it), shape (n,), rising by `step_s`
    with gaps left out; `values` shape (n, m), NaN where nothing was read; `names` the m series; `remarks` what was
    found out about the file, for its user.
    """

    times_s: NDArray[np.int64]
    names: tuple[str, ...]
    values: Floats
    step_s: int
    remarks: tuple[Text, ...] = field(default=(), compare=False)

    def at(self, row: int) -> str:
        """The time of a row, ISO 8601."""
        return written(int(self.times_s[row]))

    def only(self, names: Sequence[str]) -> Floats:
        """The values of these series in this order. Raises `KeyError`."""
        place = {name: at for at, name in enumerate(self.names)}
        return self.values[:, [place[name] for name in names]]

    @cached_property
    def resolution(self) -> Floats:
        """How finely each series is written: the largest power of ten that all its values are multiples of; NaN where
        it has no value."""
        return np.array([_resolution(column[np.isfinite(column)]) for column in self.values.T])


def written(time_s: int) -> str:
    """Seconds since 1970 as ISO 8601 without a zone, since the file names none."""
    return (datetime(1970, 1, 1) + timedelta(seconds=time_s)).isoformat()


def read_recording(
    path: Path,
    time: str | None = None,
    time_format: str | None = None,
    ignore: Sequence[str] = (),
    field_name: str = "FILE",
) -> Recording:
    """Read a CSV or Parquet file.

    Parameters: `time` the column with the time, else the first whose values are times; `time_format` its form as
    `datetime.strptime` knows it, else the one that gives constant steps; `ignore` columns to leave out beside labels.
    Raises `BadInput` with every problem found.
    """
    heads, columns = (
        _parquet(path, field_name) if path.suffix.lower() in (".parquet", ".pq") else _csv(path, field_name)
    )
    problems: list[Problem] = []

    def wrong(name: str, what: Text, fix: Text, line: int = 0) -> None:
        problems.append(Problem(str(path), line, name, what, fix))

    twice = [name for name, count in Counter(heads).items() if count > 1]
    for name in twice:
        wrong(name, _("names two columns"), _("name each column once"))
    for name in (*ignore, *([time] if time else [])):
        if name not in heads:
            wrong(name, _("is no column of the file"), _("the columns: {names}", names=_list(heads)))
    if not columns or not len(columns[0]):
        wrong(field_name, _("holds no rows"), _("export it again, with a head line and a row for each time"))
    if problems:
        raise BadInput(problems)
    heads, columns, put_right = _put_right(heads, columns, time)
    found = _clock(heads, columns, time, time_format)
    if isinstance(found, Unclear):
        newest_first = [column[::-1] for column in columns]
        other = _clock(heads, newest_first, time, time_format)
        if isinstance(other, Unclear):
            raise BadInput([Problem(str(path), found.line, found.column, found.what, found.fix)])
        found, columns = other, newest_first
        put_right.append(_("the newest row stood first: turned round"))
    remarks: list[Text] = [
        *put_right,
        _("time: column {column}, {form}, every {step} s", column=found.column, form=found.form, step=found.step_s),
    ]
    labels = [name for name in heads if name != found.column and name not in ignore and LABELS.match(name)]
    if labels:
        remarks.append(_("left out as labels: {names}", names=_list(labels)))
    names: list[str] = []
    series: list[Floats] = []
    words = [
        n
        for n, c in zip(heads, columns, strict=True)
        if n != found.column and n not in (*labels, *ignore) and _is_text(c)
    ]
    if words:
        remarks.append(_("left out, as they are text: {names}", names=_list(words)))
    for name, column in zip(heads, columns, strict=True):
        if name == found.column or name in labels or name in ignore or name in words:
            continue
        values, bad = _numbers(column)
        if bad is not None:
            where, text = bad
            what = _("{value} is no number", value=repr(text)[:60])
            wrong(
                name, what, _("mend it, leave it empty, or leave the column out: --ignore {name}", name=name), where + 2
            )
            continue
        names.append(name)
        series.append(values)
    if not series and not problems:
        wrong(field_name, _("holds no series beside the time"), _("export the readings as columns of numbers"))
    if problems:
        raise BadInput(problems)
    return Recording(found.times_s, tuple(names), np.column_stack(series), found.step_s, tuple(remarks + found.remarks))


def _list(names: Sequence[str]) -> Text:
    return enumerated([Verbatim(name) for name in names], 12)


def _csv(path: Path, field_name: str) -> tuple[list[str], list[Any]]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        what = _("cannot be read ({reason})", reason=reason_of(error))
        raise BadInput([Problem(str(path), 0, field_name, what, _("check the path"))]) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")  # what spreadsheets on Windows write; only heads hold letters
    first = text.split("\n", 1)[0]
    mark = max(";\t,", key=first.count)
    if not first.count(mark):
        what, fix = _("has a single column"), _("separate columns by comma, semicolon or tab, with a head line")
        raise BadInput([Problem(str(path), 1, field_name, what, fix)])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, skipinitialspace=True)
    rows = _readable(reader, path, field_name)
    heads = [head.strip() for head in next(rows)]
    width = len(heads)
    columns: list[list[str]] = [[] for _head in heads]
    problems = []
    for row in rows:
        if not row or (len(row) == 1 and not row[0].strip()):
            continue
        if len(row) != width:
            what = _("has {given} fields instead of {width}", given=len(row), width=width)
            problems.append(Problem(str(path), reader.line_num, field_name, what, _("mend or remove the line")))
            continue
        for column, cell in zip(columns, row, strict=True):
            column.append(cell.strip())
    if problems:
        raise BadInput(problems)
    if mark != ",":
        columns = [[_point(cell) for cell in column] for column in columns]
    return heads, columns


def _readable(reader: Iterator[list[str]], path: Path, field_name: str) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        what = _("is no CSV ({error})", error=reason_of(error))
        raise BadInput([Problem(str(path), 0, field_name, what, _("close quotes, save as CSV again"))]) from None


def _point(cell: str) -> str:
    """A number with a decimal comma with a point; whatever else as it is."""
    return cell.replace(",", ".") if cell.count(",") == 1 and "." not in cell else cell


def _parquet(path: Path, field_name: str) -> tuple[list[str], list[Any]]:
    import pyarrow
    from pyarrow import parquet

    try:
        table = parquet.read_table(path)
    except (OSError, pyarrow.ArrowException) as error:
        what = _("cannot be read ({reason})", reason=reason_of(error))
        raise BadInput([Problem(str(path), 0, field_name, what, _("write it as a Parquet file again"))]) from None
    heads: list[str] = []
    columns: list[Any] = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        heads.append(str(name).strip())
        if pyarrow.types.is_timestamp(column.type):
            seconds = column.cast(pyarrow.timestamp("s", column.type.tz), safe=False).cast(pyarrow.int64())
            columns.append(np.asarray(seconds.to_numpy(zero_copy_only=False), dtype=np.float64))
        elif pyarrow.types.is_floating(column.type) or pyarrow.types.is_integer(column.type):
            columns.append(np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64))
        elif pyarrow.types.is_boolean(column.type):
            columns.append(np.asarray(column.cast(pyarrow.int8()).to_numpy(zero_copy_only=False), dtype=np.float64))
        else:
            columns.append(["" if one is None else str(one).strip() for one in column.to_pylist()])
    return heads, columns


def _put_right(heads: list[str], columns: list[Any], time: str | None) -> tuple[list[str], list[Any], list[Text]]:
    """What exports often have, without doubt about what it means: a day and a time of day in two columns, a number for
    each row, and rows that are there twice."""
    heads, columns, remarks = list(heads), list(columns), list[Text]()
    for at in range(len(heads) - 1):
        day, moment = columns[at], columns[at + 1]
        if time is None and _all(day, DATE) and _all(moment, TIME_OF_DAY):
            remarks.append(_("time: columns {day} and {moment} taken together", day=heads[at], moment=heads[at + 1]))
            columns[at : at + 2] = [[f"{one} {other}" for one, other in zip(day, moment, strict=True)]]
            heads[at : at + 2] = [f"{heads[at]} {heads[at + 1]}"]
            break
    rows = list(zip(*columns, strict=True))
    again = [row for row in range(1, len(rows)) if rows[row] == rows[row - 1]]
    if again:
        columns = [np.delete(c, again) if isinstance(c, np.ndarray) else _without(c, again) for c in columns]
        remarks.append(_n("{n} row was there twice", "{n} rows were there twice", len(again)))
    for at in reversed(range(len(heads))):
        if heads[at].lower() in ROW_NUMBERS:
            values, bad = _numbers(columns[at])
            if bad is None and (np.diff(values) == 1).all():
                del heads[at], columns[at]
                remarks.append(_("left out: a column that numbers the rows"))
    return heads, columns, remarks


def _without(cells: list[str], rows: Sequence[int]) -> list[str]:
    gone = frozenset(rows)
    return [cell for row, cell in enumerate(cells) if row not in gone]


def _all(column: Any, form: re.Pattern[str]) -> bool:
    return not isinstance(column, np.ndarray) and all(form.fullmatch(cell) for cell in column)


def _is_text(column: Any) -> bool:
    """Whether most of what stands in a column is no number: a remark or a name, and no series."""
    if isinstance(column, np.ndarray):
        return False
    filled = [cell for cell in column if cell.lower() not in NOTHING]
    return sum(_number(cell) is None for cell in filled) > len(filled) / 2


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _numbers(column: Any) -> tuple[Floats, tuple[int, str] | None]:
    """A column as numbers, and the first row with something that is none."""
    if isinstance(column, np.ndarray):
        return np.where(np.isfinite(column), column, np.nan), None
    values = np.empty(len(column))
    for row, cell in enumerate(column):
        if cell.lower() in NOTHING:
            values[row] = np.nan
            continue
        try:
            values[row] = float(cell)
        except ValueError:
            return values, (row, cell)
    values[~np.isfinite(values)] = np.nan
    return values, None


@dataclass(frozen=True, slots=True)
class Found:
    """The clock of a file."""

    column: str
    form: str
    times_s: NDArray[np.int64]
    step_s: int
    remarks: list[Text]


@dataclass(frozen=True, slots=True)
class Unclear:
    """Why a file's clock is not known."""

    column: str
    line: int
    what: Text
    fix: Text


def _clock(heads: Sequence[str], columns: Sequence[Any], time: str | None, form: str | None) -> Found | Unclear:
    say = _("name the column with --time and its form with --time-format, such as '%d.%m.%Y %H:%M'")
    for at, head in enumerate(heads):
        if time is not None and head != time:
            continue
        forms = dict(_readings_of_time(columns[at], form))
        if not forms:
            continue
        rated = {one: _regularity(times) for one, times in forms.items()}
        best = max(share for share, _step in rated.values())
        fitting = [one for one, (share, _step) in rated.items() if share == best and share >= FITTING]
        if not fitting and time is None and isinstance(columns[at], np.ndarray):
            continue  # a column of numbers that rises by no constant step is a series
        if not fitting:
            share = f"{100 * best:.0f}%"
            what = _("the times have no common step: only {share} of the rows are a step apart", share=share)
            return Unclear(head, 0, what, _("export the readings on a regular clock, in the order of time"))
        if len(fitting) > 1 and len({tuple(forms[one][:2]) for one in fitting}) > 1:
            what = _("the form of the times is not clear: {forms} fit alike", forms=_list(fitting))
            return Unclear(head, 2, what, say)
        times = forms[fitting[0]]
        falls = np.flatnonzero(np.diff(times) <= 0)
        if len(falls):
            what = _("a time that is not after the one before")
            return Unclear(head, int(falls[0]) + 3, what, _("put the rows into the order of time, each time once"))
        step = rated[fitting[0]][1]
        odd = np.flatnonzero((np.diff(times) % step) != 0)
        if len(odd):
            what = _("a time between the steps of {step} s", step=step)
            return Unclear(head, int(odd[0]) + 3, what, _("export the readings on a regular clock"))
        gaps = int((np.diff(times) > step).sum())
        remarks = [_n("{n} gap in the clock", "{n} gaps in the clock", gaps)] if gaps else []
        return Found(head, fitting[0], times, step, list[Text](remarks))
    what = _("no column holds times")
    return Unclear(time or heads[0], 0, what, say)


def _readings_of_time(column: Any, form: str | None) -> Iterator[tuple[str, NDArray[np.int64]]]:
    """A column as times, in every form in which all its rows are times."""
    if isinstance(column, np.ndarray):
        if np.isfinite(column).all() and (column > 1e8).all():
            yield (
                (MILLISECONDS, (column / 1000).astype(np.int64))
                if column.min() > 1e11
                else (
                    SECONDS,
                    column.astype(np.int64),
                )
            )
        return
    for one in (form,) if form else (ISO, SECONDS, *TIME_FORMATS):
        times = np.empty(len(column), np.int64)
        try:
            for row, cell in enumerate(column):
                times[row] = _seconds(cell, one)
        except ValueError:
            continue
        yield one, times


def _seconds(cell: str, form: str) -> int:
    if form == SECONDS:
        value = float(cell)
        if not 1e8 < value < 1e14:
            raise ValueError(cell)
        return int(value / 1000 if value > 1e11 else value)
    if form == ISO:
        if cell.isdigit():
            raise ValueError(cell)
        moment = datetime.fromisoformat(cell)
        moment = moment if moment.tzinfo is None else moment.astimezone(UTC)
    else:
        moment = datetime.strptime(cell, form)
    return round((moment.replace(tzinfo=None) - datetime(1970, 1, 1)).total_seconds())


def _regularity(times: NDArray[np.int64]) -> tuple[float, int]:
    """The share of the commonest positive step among all steps, and that step."""
    steps = np.diff(times)
    rising = steps[steps > 0]
    if not len(rising):
        return 0.0, 0
    step, count = Counter(rising.tolist()).most_common(1)[0]
    return count / len(steps), int(step)


def _resolution(values: Floats) -> float:
    if not len(values):
        return float("nan")
    for power in range(3, -9, -1):
        step = 10.0**power
        if np.allclose(values / step, np.round(values / step), rtol=0, atol=1e-6):
            return step
    return 1e-9
