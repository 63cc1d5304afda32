"""A finished run into a database that a command line names, and where it is to be seen in Grafana."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from gateways.brokers.address import UnsafeSecret
from gateways.stores.influx import InfluxSettings, InfluxWriter, Refused, Retry
from gateways.stores.influx.queries import InfluxQuestions
from gateways.stores.influx.settings import unfit_address
from simulator.contracts.measurements import AFFECTED, RUN
from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.ticks import to_ticks
from simulator.contracts.words import Text, Verbatim, Words
from stadtwerk.influx.gateways import GatewayLines, ReadingFile, ReadingLines
from stadtwerk.influx.places import RunIdentity, zero_of
from stadtwerk.influx.replay import Replay
from stadtwerk.runs.finished import RunFolder, held_under_changes, read_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

_ = Words("stadtwerk")


def dashboard_link(run: str, begin_ms: int, end_ms: int, lang: str, live: bool = False) -> str:
    """Path and query of the first dashboard on this run's time, to be put behind Grafana's address."""
    query = {"var-run": run, "from": str(begin_ms), "to": str(end_ms)} | ({"refresh": "5s"} if live else {})
    return f"/d/stadtwerk-city-{lang}?{urlencode(query)}"


Wrong = Callable[[str, Text, Text], None]
"""Called with the option, what is wrong, how to fix it."""


def database(options: argparse.Namespace, wrong: Wrong, **more: Any) -> InfluxSettings | None:
    """Where the database is and who one is there; `more` are further settings. Mistakes are told; then it is None.

    With a token it is InfluxDB 2, with a user InfluxDB 1; with neither it is one that lets everyone in.
    """
    before: list[str] = []

    def tell(field: str, what: Text, fix: Text) -> None:
        before.append(field)
        wrong(field, what, fix)

    files: dict[str, Path | None] = {}
    for name in ("token_file", "password_file", "ca_file"):
        given = getattr(options, name)
        files[name] = None if given is None else Path(given).resolve()
        if given is not None and not Path(given).is_file():
            tell(
                f"--{name.replace('_', '-')}",
                _("there is no file {given}", given=repr(given)),
                _("name a file that only you can read"),
            )
    if options.token_file and options.user:
        tell("--user", _("a token and a user at once"), _("give --token-file for InfluxDB 2, or --user for InfluxDB 1"))
    if options.user and not options.password_file:
        tell("--password-file", _("is missing"), _("give the file that holds the user's password"))
    if options.password_file and not options.user and not options.token_file:
        tell("--user", _("is missing"), _("name the user whose password that is"))
    if options.password_file and options.token_file:
        tell("--password-file", _("a token and a password both"), _("give --token-file alone for InfluxDB 2"))
    if options.ca_file and options.influx.startswith("http://"):
        tell("--ca-file", _("has no meaning for an address that is not encrypted"), _("use https://, or leave it out"))
    if options.token_file and not options.org:
        tell("--org", _("is missing"), _("InfluxDB 2 needs the organisation beside the token"))
    if not options.bucket:
        tell("--bucket", _("is missing"), _("name the bucket, or the database of InfluxDB 1"))
    secret = bool(options.token_file or options.password_file)
    if (what := unfit_address(options.influx, secret)) is not None:
        tell("--influx", what, _("use https://host:port, or http://host:port on this machine"))
    if before:
        return None
    settings = {"api": "v2" if options.token_file else "v1", "user": options.user, **files, **more}
    return InfluxSettings(options.influx, options.bucket, options.org, **settings)


BLOCK_LINES = 10_000
"""Lines in one request (assumption: 2 MB; influxdb-client is at its fastest from 5,000 on)."""

PATIENCE_S = 60.0
"""How long a database that is away is waited for (assumption)."""

LOOK_S = 10.0
"""How long what was written may take to be found (assumption)."""

LOOKED_AT = AFFECTED
"""The measurement that is looked for: small, and written throughout a run."""

Progress = Callable[[int, int], None]
"""Told the number of lines written and, as far as known, of all."""


@dataclass(frozen=True, slots=True)
class PushRequest:
    """What the user asked for. `name` is the run's name in the database, by default that of its folder.

    Without `readings` single readings are left out, and only what gateways did with them is written.
    """

    folder: Path
    settings: InfluxSettings
    name: str = ""
    city: str | None = None
    now: bool = False
    replace: bool = False
    report: str = ""
    readings: bool = True


@dataclass(frozen=True, slots=True)
class PushResult:
    """What was written, and where it is to be seen: Unix milliseconds of the run's begin and end."""

    name: str
    lines: int
    readings: int
    begin_ms: int
    end_ms: int


def push(request: PushRequest, progress: Progress = lambda done, total: None) -> PushResult:
    """Write a run folder to a database. The same run written twice is there once.

    Raises `BadInput` for a folder that is none, a database that does not take it, and for another run of that name.
    """
    folder = read_folder(request.folder, request.city)
    run = identity(folder, request.name or request.folder.resolve().name, request.now)
    _clear_way(request, run, str(folder.record["digest"]))
    readings = ReadingFile(folder.path / "readings.parquet")
    report = request.report or str((folder.path / "report.html").resolve())
    total = len(readings) if request.readings else 0
    written = 0
    with InfluxWriter.of(request.settings) as writer:
        wanted: set[bytes] = set()
        for body, lines in _bodies(run, folder, report):
            wanted.update(_points(body))
            _write(writer, body)
            written += lines
            progress(written, written + total)
        told = written
        single, of_gateways = ReadingLines(run), GatewayLines(run)
        for part in readings.parts():
            of_gateways.add(part)
            for body, lines in single.of(part) if request.readings else ():
                _write(writer, body)
                written += lines
                progress(written, told + total)
        for block in _blocks(of_gateways.lines()):
            _write(writer, b"".join(block))
            written += len(block)
            progress(written, written)
        _flush(writer)
    _look(request, run, len(wanted))
    return PushResult(run.name, written, written - told, run.begin_ms, run.end_ms)


def identity(folder: RunFolder, name: str, now: bool) -> RunIdentity:
    """Which run it is. `now`: moved so that it ends at this moment, to the full second."""
    zero_ms = zero_of(folder.scenario.run.start)
    if now:
        zero_ms = to_ticks(int(time.time())) - folder.end
    return RunIdentity(
        name, folder.city, folder.scenario, int(folder.record["seed"]), folder.begin, folder.end, zero_ms
    )


def _bodies(run: RunIdentity, folder: RunFolder, report: str) -> Iterator[tuple[bytes, int]]:
    replay = Replay(run, folder.stored)
    lines, held = replay.advance(run.end + 1), held_under_changes(folder.path)
    for block in _blocks([*lines, *replay.judged(folder.verdict, str(folder.record["digest"]), report, held)]):
        yield b"".join(block), len(block)


def _blocks(lines: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for first in range(0, len(lines), BLOCK_LINES):
        yield lines[first : first + BLOCK_LINES]


def _clear_way(request: PushRequest, run: RunIdentity, digest: str) -> None:
    """Points of another run, or of the same at other times, must not mix with this one's."""
    named = run.name.replace("\\", "\\\\").replace("'", "\\'")
    try:
        questions = InfluxQuestions(request.settings)
        if request.replace:
            questions.forget("run", run.name)
            return
        there = questions.series(f'SELECT "digest" FROM "{RUN.name}" WHERE "run" = \'{named}\'')
        points = [(at, text) for series in there for at, text in series["values"]]
        if all(point == (run.begin_ms, digest) for point in points):
            return
    except (Retry, Refused, UnsafeSecret) as error:
        raise _unusable(str(error)) from None
    what = _("holds another run of this name, or the same at another time")
    raise BadInput([Problem(request.settings.bucket, 0, f"run {run.name!r}", what, _("add --replace, or --name NAME"))])


def _points(body: bytes) -> Iterator[bytes]:
    """What makes a point of `LOOKED_AT` one: its series and its time."""
    head = f"{LOOKED_AT.name},".encode()
    for line in body.splitlines():
        if line.startswith(head):
            yield line[: line.index(b" ")] + line[line.rindex(b" ") :]


def _look(request: PushRequest, run: RunIdentity, wanted: int) -> None:
    """Ask the database for what was written: one that says it has it may yet be deleting what was there before."""
    named = run.name.replace("\\", "\\\\").replace("'", "\\'")
    deadline = time.monotonic() + LOOK_S
    there = -1
    while there != wanted and time.monotonic() < deadline:
        try:
            series = InfluxQuestions(request.settings).series(
                f'SELECT COUNT("people") FROM "{LOOKED_AT.name}" WHERE "run" = \'{named}\''
            )
        except (Retry, Refused, UnsafeSecret) as error:
            raise _unusable(str(error)) from None
        there = sum(int(one["values"][0][1]) for one in series)
        if there != wanted:
            time.sleep(0.2)
    if there != wanted:
        what = _(
            "holds {there} of {wanted} points of {name} that were written",
            there=there,
            wanted=wanted,
            name=repr(LOOKED_AT.name),
        )
        raise BadInput([Problem(request.settings.bucket, 0, f"run {run.name!r}", what, _("push the run again"))])


def _write(writer: InfluxWriter, body: bytes) -> None:
    _patiently(lambda: writer.write(body))


def _flush(writer: InfluxWriter) -> None:
    _patiently(writer.flush)


def _patiently(act: Callable[[], None]) -> None:
    """Try again while the database is away, for a while. Lines written twice are there once."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            act()
            return
        except Retry as later:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise BadInput(
                    [Problem("command line", 0, "--influx", Verbatim(later.reason), _("see that it runs"))]
                ) from None
            time.sleep(min(later.after_s, left_s))
        except Refused as refused:
            fix = _("check bucket, organisation and token")
            raise BadInput(
                [
                    Problem(
                        "command line", 0, "--influx", _("refuses the run: {refused}", refused=reason_of(refused)), fix
                    )
                ]
            ) from None


def _unusable(reason: str) -> BadInput:
    fix = _("start it, or fix the login, the bucket or (InfluxDB 2) its DBRP mapping; see docs/dashboards.md")
    return BadInput([Problem("command line", 0, "--influx", _("cannot be asked: {reason}", reason=reason), fix)])


def push_request(options: argparse.Namespace) -> PushRequest:
    """Check what came from a command line. Raises `BadInput` with every problem."""
    problems: list[Problem] = []

    def wrong(field: str, what: Text, fix: Text) -> None:
        problems.append(Problem("command line", 0, field, what, fix))

    settings = database(options, wrong, timeout_s=30.0)
    if settings is None:
        raise BadInput(problems)
    return PushRequest(
        Path(options.folder),
        settings,
        options.name,
        options.city,
        options.now,
        options.replace,
        options.report,
        not options.no_readings,
    )
