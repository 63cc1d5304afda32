"""Reads two run folders or two campaign folders back, to be held side by side."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.words import Text, Words
from stadtwerk.runs import folder as files
from stadtwerk.studies.campaigns.records import RESULT

if TYPE_CHECKING:
    from resilience.report.pages import Page
    from resilience.study.comparison import CampaignSide, Outcome, RunSide

_ = Words("stadtwerk")

RUN, CAMPAIGN = "run.json", "campaign.json"


def compare_folders(a: str, b: str, lang: str) -> Page:
    """The page about two folders. Raises `BadInput` where one is neither, broken, or they are not of one sort."""
    sorts = [_sort(name) for name in (a, b)]
    problems = [problem for _sort, problem in sorts if problem is not None]
    if problems:
        raise BadInput(problems)
    if sorts[0][0] != sorts[1][0]:
        what = _(
            "is {sort}, and {other} is {sort_of_other}",
            sort=_said(sorts[1][0]),
            other=repr(a),
            sort_of_other=_said(sorts[0][0]),
        )
        raise BadInput([Problem(b, 0, "folder", what, _("compare two runs, or two campaigns"))])
    from resilience.study.comparison import compare_campaigns, compare_runs

    if sorts[0][0] == RUN:
        return compare_runs(read_run(a), read_run(b), lang)
    return compare_campaigns(read_campaign(a), read_campaign(b), lang)


def _said(record: str) -> Text:
    return _("a run") if record == RUN else _("a campaign")


def _sort(name: str) -> tuple[str, Problem | None]:
    for record in (RUN, CAMPAIGN):
        if (Path(name) / record).is_file():
            return record, None
    fix = _("name a folder that `stadtwerk run` or `stadtwerk campaign` has left")
    return "", Problem(name, 0, "folder", _("is neither the folder of a run nor that of a campaign"), fix)


def read_run(name: str) -> RunSide:
    """A run folder. Raises `BadInput` for what is missing or broken."""
    from resilience.judge.figures import read_figures
    from resilience.judge.verdict import read_verdict
    from resilience.study.comparison import RunSide

    folder = Path(name)
    record, _version = files.RUN.load(folder / RUN)
    try:
        verdict = read_verdict((folder / "verdict.json").read_text(encoding="utf-8"))
        figures = read_figures((folder / "figures.json").read_text(encoding="utf-8"))
        return RunSide(name, str(record["city"]), int(record["seed"]), str(record["digest"]), verdict, figures)
    except (OSError, ValueError, KeyError) as error:
        raise BadInput(
            [
                Problem(
                    name,
                    0,
                    "folder",
                    _("cannot be read ({error})", error=reason_of(error)),
                    _("run the scenario again"),
                )
            ]
        ) from None


def read_campaign(name: str) -> CampaignSide:
    """A campaign's folder. Raises `BadInput` for what is missing or broken."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from resilience.study.comparison import CampaignSide
    from simulator.contracts.words import Said

    record, _version = RESULT.load(Path(name) / CAMPAIGN)
    try:
        rows = pq.read_table(Path(name) / "runs.parquet").to_pylist()
        outcomes: dict[str, dict[int, Outcome]] = {}
        for row in rows:
            of_measure = outcomes.setdefault(str(row["measure"]), {})
            if not row["error"]:
                of_measure[int(row["case"])] = _outcome(row)
        return CampaignSide(
            name=name,
            title=Said(record["title"]),
            city=str(record["city"]),
            cases=int(record["cases"]),
            failed=int(record["failed"]),
            seed=int(record["seed"]),
            digest=str(record["digest"]),
            measures={measure: Said(title) for measure, title in record["measures"].items()},
            outcomes=outcomes,
        )
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise BadInput(
            [
                Problem(
                    name,
                    0,
                    "folder",
                    _("cannot be read ({error})", error=reason_of(error)),
                    _("run the campaign again"),
                )
            ]
        ) from None


def _outcome(row: Mapping[str, Any]) -> Outcome:
    from resilience.study.comparison import Outcome
    from stadtwerk.studies.campaigns.records import DRAWN, SERVICE

    drawn = {name: str(value) for name, value in row.items() if name.startswith(DRAWN)}
    services = {n.removeprefix(SERVICE): v for n, v in row.items() if n.startswith(SERVICE) and v is not None}
    draw = (("scenario", str(row["scenario"])), ("seed", str(row["seed"])), *sorted(drawn.items()))
    return Outcome(draw, str(row["verdict"]), float(row["service_hours"]), services)
