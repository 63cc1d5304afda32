"""`stadtwerk monitor`."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.contracts.command_line import Speaker
from simulator.contracts.words import Words

if TYPE_CHECKING:
    from monitoring.detectors import Detector
    from monitoring.recording import Recording

_ = Words("stadtwerk")
_n = _.plural

EPILOG = _("examples of an action: stadtwerk monitor ACTION --help\n")
LEARN = _(
    """\
examples:
  stadtwerk monitor learn history.csv --out baseline
  stadtwerk monitor learn history.parquet --time measured_at --ignore operator --out baseline

Learns what is normal from readings of a time without incidents: a CSV or Parquet file with a column of times on a
regular clock and a column for each series. Which column is the time and in which form, and which columns are labels,
is found out and told; options say it instead. Half a year is as good as a year, three months nearly (hourly readings).
"""
)
WATCH = _(
    """\
examples:
  stadtwerk monitor watch readings.csv --baseline baseline --out alarms.csv
  stadtwerk monitor watch readings.csv --baseline baseline --out alarms.csv --plot alarms.html --lang de

Each row is judged by what came before it, as it would have been at the time. alarms.csv has the columns raised,
begin, end, cleared, kind, series, score and text: an alarm stands from raised to cleared; begin and end are what is
said afterwards of how long things were out of the ordinary; cleared and end are empty while it stands.
Exit code 0: watched, with or without alarms; 64: bad input.
"""
)
TUNE = _(
    """\
examples:
  stadtwerk monitor tune my-leaks.yaml --out tuned
  stadtwerk monitor tune my-leaks.yaml --seeds 10 --false-alarm 2 --out tuned

Runs a scenario with the loop closed, with seeds 1 to N and N+1 to 2N; what is drawn in it (`selector: {random: 1}`)
makes the runs differ. The control room is given the recorded readings of the first N again with other thresholds, and
the best are judged on the other N. The score is the hours until each fault is noticed, or until it is over where nobody
notices it, and so many hours for each false alarm. Runs that stand in DIR are not run again. DIR/tuning.json has the
scores run by run, DIR/thresholds.yaml what may stand in control.yaml.
Exit code 0: tuned, whether or not that improves anything; 64: bad input.
"""
)


def add_arguments(parser: argparse.ArgumentParser, say: Speaker) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    as_written: dict[str, Any] = {"formatter_class": argparse.RawDescriptionHelpFormatter}
    text = _("learn what is normal from recorded readings of quiet times")
    learn = actions.add_parser("learn", help=say(text), description=say(text.begun()), epilog=say(LEARN), **as_written)
    text = _("find what is out of the ordinary in recorded readings")
    watch = actions.add_parser("watch", help=say(text), description=say(text.begun()), epilog=say(WATCH), **as_written)
    for action in (learn, watch):
        action.add_argument("file", type=Path, metavar="FILE", help=say(_("readings: .csv or .parquet")))
        action.add_argument(
            "--time", metavar="NAME", help=say(_("the column of times (default: the first that is one)"))
        )
        action.add_argument(
            "--time-format",
            metavar="NAME",
            help=say(_("its form, such as '%%d.%%m.%%Y %%H:%%M' (default: the one that gives constant steps)")),
        )
        action.add_argument(
            "--ignore",
            action="append",
            default=[],
            metavar="NAME",
            help=say(_("a column that is no series; may be given again")),
        )
    text = _("tune thresholds of a city's control room on runs of some seeds, and judge them on others")
    tune = actions.add_parser("tune", help=say(text), description=say(text.begun()), epilog=say(TUNE), **as_written)
    tune.add_argument("scenario", metavar="SCENARIO", help=say(_("a scenario file, or the name of one that ships")))
    tune.add_argument("--out", type=Path, required=True, metavar="DIR", help=say(_("folder for runs and results")))
    tune.add_argument("--city", metavar="CITY", help=say(_("a city folder or name, instead of the scenario's own")))
    tune.add_argument(
        "--seeds",
        type=int,
        default=20,
        metavar="N",
        help=say(_("seeds to tune on, and to judge on (default: %(default)s)")),
    )
    tune.add_argument(
        "--false-alarm",
        type=float,
        default=1.0,
        metavar="N",
        help=say(_("hours that a false alarm counts (default: %(default)s, an assumption)")),
    )
    learn.add_argument("--out", type=Path, required=True, metavar="DIR", help=say(_("folder for what was learned")))
    learn.add_argument(
        "--resolution",
        action="append",
        default=[],
        metavar="NAME=N",
        help=say(_("how finely a series is to be taken, in its unit; may be given again")),
    )
    watch.add_argument("--baseline", type=Path, required=True, metavar="DIR", help=say(_("folder that learn wrote")))
    watch.add_argument("--out", type=Path, required=True, metavar="FILE", help=say(_("table of alarms to write")))
    watch.add_argument(
        "--plot", type=Path, metavar="FILE", help=say(_("page with the series and their alarms to write"))
    )
    for action in (learn, watch, tune):
        say.add_lang(action, _("language of the answer"))


def execute(options: argparse.Namespace) -> int:
    return {"learn": _learn, "watch": _watch, "tune": _tune}[options.action](options)


def _read(options: argparse.Namespace) -> Recording:
    from monitoring.recording import read_recording

    return read_recording(options.file, options.time, options.time_format, options.ignore)


def _detectors() -> Mapping[str, Detector]:
    """The detectors that ship and those of plug-ins. Raises `BadInput` where a plug-in takes the name of ours."""
    from monitoring.detectors import OURS
    from simulator.contracts.problem import BadInput, Problem
    from simulator.contracts.registry import DETECTORS, named, registry

    others = registry().extensions(DETECTORS)
    taken = sorted(OURS.keys() & others.keys())
    if taken:
        what, fix = _("a detector of this name ships"), _("give the plug-in's another name")
        raise BadInput([Problem("plug-in", 0, name, what, fix) for name in taken])
    return {**OURS, **{name: named(other.run)() for name, other in others.items()}}


def _learn(options: argparse.Namespace) -> int:
    from monitoring.baseline import learn, save
    from simulator.contracts.problem import BadInput, Problem, Unable
    from simulator.contracts.words import number
    from stadtwerk.terminal import Terminal

    terminal = Terminal(options.lang)
    with terminal.working(_("reading")):
        quiet = _read(options)
    steps, problems = {}, []
    for given in options.resolution:
        name, _sign, value = given.rpartition("=")
        step = _positive(value)
        if name not in quiet.names or step is None:
            what = _("{given} is no series of the file with a number above 0", given=repr(given)[:120])
            problems.append(Problem("stadtwerk monitor learn", 0, "--resolution", what, _("write SERIES=0.01")))
        else:
            steps[name] = step
    if problems:
        raise BadInput(problems)
    for remark in quiet.remarks:
        terminal.say(remark)
    try:
        with terminal.counting(_("series")) as progress:
            lesson = learn(quiet, steps, progress, _detectors())
    except Unable as error:
        fix = _("give a longer history of quiet times, or install what is named")
        raise BadInput([Problem(str(options.file), 0, "FILE", error.text, fix)]) from None
    save(lesson.baseline, options.out)
    for remark in lesson.remarks:
        terminal.say(remark)
    rows, series = number(len(quiet.times_s)), number(len(lesson.baseline.names))
    terminal.say(
        _("learned from {rows} rows of {series} series: {out}", rows=rows, series=series, out=str(options.out))
    )
    command = f"stadtwerk monitor watch FILE --baseline {shlex.quote(str(options.out))} --out alarms.csv"
    terminal.say(_("then: {command}", command=command))
    return 0


def _positive(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value < float("inf") else None


def _tune(options: argparse.Namespace) -> int:
    from simulator.contracts.problem import BadInput, Problem
    from simulator.contracts.words import number
    from stadtwerk.studies.tuning import runs_of, tune, write
    from stadtwerk.terminal import Terminal

    problems = []
    for option, low, fix in (
        ("--seeds", options.seeds < 2, _("use a whole number from 2")),
        ("--false-alarm", not 0 <= options.false_alarm < float("inf"), _("use hours from 0")),
    ):
        if low:
            problems.append(Problem("stadtwerk monitor tune", 0, option, _("is no such number"), fix))
    if problems:
        raise BadInput(problems)
    terminal, n = Terminal(options.lang), options.seeds
    with terminal.counting(_("runs")) as progress:
        lived = runs_of(options.scenario, options.city, range(1, 2 * n + 1), options.out, progress)
    with terminal.counting(_("thresholds")) as progress:
        tuned = tune(lived[:n], lived[n:], options.false_alarm, progress)
    write(tuned, options.out, options.scenario, options.false_alarm)
    for row in tuned.thresholds:
        lasts = number(round((row.lasts or 0.0) / 60)) if row.lasts is not None else None
        usual = _("{kind}: from a score of {at} on", kind=row.kind, at=number(row.at))
        terminal.say(usual if lasts is None else usual + _(", after {lasts} min", lasts=lasts))
    if not tuned.thresholds:
        terminal.say(_("no other thresholds were better on seeds 1 to {n}", n=n))
    for first, before, after in (
        (1, tuned.tuned_before, tuned.tuned_after),
        (n + 1, tuned.judged_before, tuned.judged_after),
    ):
        terminal.say(
            _(
                "seeds {first} to {last}: {before} h a run as it is, {after} h as tuned",
                first=first,
                last=first + n - 1,
                before=number(round(sum(before) / n, 2)),
                after=number(round(sum(after) / n, 2)),
            )
        )
    gain = tuned.gain
    if gain.low is None or gain.high is None:
        interval = _("the interval is open")
    else:
        interval = _("95 %: {low} to {high}", low=number(round(gain.low, 2)), high=number(round(gain.high, 2)))
    said = (
        _("on seeds that it was not tuned on it improves by {gain} h a run ({interval})")
        if tuned.improves
        else _("on seeds that it was not tuned on it does not improve: gain {gain} h a run ({interval})")
    )
    terminal.say(said.filled(gain=number(round(gain.value, 2)), interval=interval))
    terminal.say(_("written: {folder}", folder=str(options.out)))
    return 0


def _watch(options: argparse.Namespace) -> int:
    from monitoring.baseline import fits, load
    from monitoring.plot import page
    from monitoring.watch import as_csv, watch
    from simulator.contracts.problem import BadInput, Problem, reason_of
    from stadtwerk.terminal import Terminal

    terminal = Terminal(options.lang)
    baseline = load(options.baseline)
    with terminal.working(_("reading")):
        given = _read(options)
    recording, strange = fits(baseline, given, str(options.file))
    with terminal.working(_("watching")):
        watched = watch(baseline, recording, _detectors())
    remarks = (*given.remarks, *strange, *watched.remarks)
    texts = [(options.out, "--out", as_csv(watched.alarms, recording, options.lang))]
    if options.plot is not None:
        name = options.file.name
        texts.append((options.plot, "--plot", page(recording, watched.alarms, remarks, name, options.lang)))
    for path, option, text in texts:
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            what = _("cannot be written ({reason})", reason=reason_of(error))
            raise BadInput([Problem(str(path), 0, option, what, _("check the path"))]) from None
    for remark in remarks:
        terminal.say(remark)
    terminal.say(_n("{n} alarm: {out}", "{n} alarms: {out}", len(watched.alarms), out=str(options.out)))
    return 0
