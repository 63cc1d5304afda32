"""Campaign files: what is wrong is said at its line, before anything is run."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from simulator.contracts.problem import BadInput, Problem
from stadtwerk.schemas import schema_text
from stadtwerk.studies.campaigns.plan import plan_campaign
from tests.campaign.town import CAMPAIGN, SCENARIO, campaign_on_hamlet


def line_of(text: str, needle: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), start=1) if needle in line)


MISTAKES = [
    # what is replaced, by what, what is said, and on which line (by a part of it)
    ("uniform: [10min, 90min]", "uniform: [90min, 10min]", "is not in order", "id: begins"),
    ("uniform: [10min, 90min]", "uniform: [10min, 90]", "mixes durations and plain numbers", "id: begins"),
    ("uniform: [10min, 90min]", "uniform: [10min, 5h]", "lies at or after heal_by", "id: begins"),
    ("uniform: [10min, 90min]", "uniform: [10min, 90min], chance: 0.5", "names uniform and chance", "id: begins"),
    ("entry: pump, field: at", "entry: pmp, field: at", "did you mean 'pump'", "id: begins"),
    ("field: parameters.area_m2", "field: parameters.area", "area_m2", "id: hole"),
    ("loguniform: [0.001", "loguniform: [0", "begins at 0 or below", "id: hole"),
    ("chance: 0.6", "field: at, chance: 0.6", "whether a timeline entry happens", "id: breaks"),
    ("chance: 0.6", "choice: [1h, 2h], weights: [1]", "1 weights for 2 choices", "id: breaks"),
    (", source: assumption}\n      - {id: lasts", "}\n      - {id: lasts", "'source' is missing", "id: begins"),
    ("link: w-h, field: autonomy_min, un", "link: w-x, field: autonomy_min, un", "'w-x'", "id: roof-tank"),
    ("link: w-h, field: autonomy_min, un", "link: w-h, field: autonomy, un", "did you mean 'autonomy_min'", "id: roof"),
    ("set: [{link: w-h, autonomy_min: 240}]", "set: [{link: w-h}]", "gives no new value", "set: ["),
    ("set: [{link: w-h, autonomy_min: 240}]", "set: [{link: w-g, autonomy_min: 240}]", "'w-g'", "set: ["),
    ("id: bigger-tank", "id: today", "is used already", "id: today"),
    ("latin-hypercube", "sobol", "is no power of two", "runs: 100"),
    ("latin-hypercube", "latin", "did you mean 'latin-hypercube'", "sampler"),
    ("scenarios: [bad-day.yaml]", "scenarios: [no-such-day]", "neither a file nor a scenario", "scenarios:"),
]


@pytest.mark.parametrize(("old", "new", "said", "at"), MISTAKES, ids=[said for _, _, said, _ in MISTAKES])
def test_a_mistake_is_told_at_its_line(old: str, new: str, said: str, at: str, tmp_path: Path) -> None:
    assert CAMPAIGN.count(old) == 1
    text = CAMPAIGN.replace(old, new)
    file = campaign_on_hamlet(tmp_path, text)
    with pytest.raises(BadInput) as caught:
        plan_campaign(file)
    told = [problem for problem in caught.value.problems if said in problem.what + problem.fix]
    assert told, caught.value
    assert {(p.file, p.line) for p in told} == {(str(file), line_of(text, at))}, caught.value


def broken(tmp_path: Path, *changes: tuple[str, str]) -> tuple[Path, list[Problem]]:
    text = CAMPAIGN
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    file = campaign_on_hamlet(tmp_path, text)
    with pytest.raises(BadInput) as caught:
        plan_campaign(file)
    return file, list(caught.value.problems)


def test_structure_and_names_are_told_in_one_go(tmp_path: Path) -> None:
    file, problems = broken(
        tmp_path,
        ("runs: 100", "runs: many"),
        ("[bad-day.yaml]", "[bad-day.yaml, no-such-day]"),
        ("entry: pump, field: at", "entry: pmp, field: at"),
        ("chance: 0.6", "chance: 6"),
        ("link: w-h, field", "link: w-x, field"),
        ("set: [{link: w-h, autonomy_min: 240}]", "set: [{link: w-g, autonomy_min: 240}]"),
    )
    assert {problem.file for problem in problems} == {str(file)}
    assert sorted(problem.field for problem in problems) == [
        "measures[0].set[0].link",
        "runs",
        "scenarios[1]",
        "vary[0].entry",
        "vary[3].chance",
        "vary[4].link",
    ]


def test_names_are_told_of_entries_that_are_broken_themselves(tmp_path: Path) -> None:
    file, problems = broken(
        tmp_path,
        ("entry: pump, field: at, uniform", "entry: pmp, field: at, unifrom"),
        ("entry: burst, chance: 0.6", "entry: brst, chance: 6, scenario: bad-dya.yaml"),
        ("link: w-h, field: autonomy_min, uniform: [0, 120]", "link: w-x, field: autonomy_min, uniform: [120, 0]"),
        (
            "set: [{link: w-h, autonomy_min: 240}]",
            "set: [{link: w-g, autonomy_mn: 240}, {component: hospital-1, parameters: {bds: 3}, loss: 1}, "
            "{components: {kind: nothing}, parameters: {}}]",
        ),
    )
    assert {problem.file for problem in problems} == {str(file)}
    assert sorted(problem.field for problem in problems) == [
        "measures[0].set[0]",
        "measures[0].set[0].autonomy_mn",
        "measures[0].set[0].link",
        "measures[0].set[1].loss",
        "measures[0].set[1].parameters.bds",
        "measures[0].set[2].components",
        "measures[0].set[2].parameters",
        "vary[0]",
        "vary[0].entry",
        "vary[0].unifrom",
        "vary[3].chance",
        "vary[3].entry",
        "vary[3].scenario",
        "vary[4].link",
        "vary[4].uniform",
    ]
    lines = file.read_text(encoding="utf-8").splitlines()
    assert all("w-g" in lines[one.line - 1] for one in problems if one.field.startswith("measures[0].set[0].link"))


def test_rows_that_a_broken_measure_adds_are_held_against_the_city_and_each_other(tmp_path: Path) -> None:
    """What is sound in it counts: a link may lead to what it adds, and a row that is broken is not missed."""
    add = """add:
          components:
            - {id: well-1, kind: emergency-well, x_m: 1, y_m: east, parameters: {flw_m3_s: 1}}
            - {id: shed-1, kind: shed, x_m: 1, y_m: 1}
            - {id: hospital-1, kind: hospital, x_m: 1, y_m: 1}
            - {kind: hospital}
            - 7
          links:
            - {id: good, kind: data, source: server-1, target: shed-1}
            - {id: w-h, kind: power, source: well-1, target: hospital-1, colour: red}
            - {id: bad, kind: data, source: server-1, target: nowhere}
        set: [{component: well-1, parameters: {flow_m3_s: -1}}, {component: shed-1, parameters: {x: 1}}]"""
    file, problems = broken(
        tmp_path,
        ("set: [{link: w-h, autonomy_min: 240}]", add),
        ("A bigger roof tank}", "A bigger roof tank}\n        cost: 1"),
    )
    assert {problem.file for problem in problems} == {str(file)}
    inside = "measures[0].add."
    assert sorted(problem.field for problem in problems) == [
        inside + "components[0].parameters.flw_m3_s",
        inside + "components[0].y_m",
        inside + "components[1].kind",
        inside + "components[2].id",
        *[inside + "components[3]"] * 3,
        inside + "components[4]",
        inside + "links[1].colour",
        inside + "links[1].id",
        inside + "links[2].target",
        "measures[0].cost",
        "measures[0].set[0].parameters.flow_m3_s",
    ]


def test_a_city_that_there_is_not_hides_no_other_mistake(tmp_path: Path) -> None:
    _, problems = broken(
        tmp_path,
        ("[bad-day.yaml]", "[bad-day.yaml]\n    city: {name: dmo}"),
        ("entry: pump, field: at", "entry: pmp, field: at"),
        ("chance: 0.6", "chance: 6"),
    )
    assert sorted(problem.field for problem in problems) == ["city.name", "vary[0].entry", "vary[3].chance"]
    (city,) = [problem for problem in problems if problem.field == "city.name"]
    assert "did you mean 'demo'" in city.fix


def test_a_command_or_table_is_named_once(tmp_path: Path) -> None:
    _, problems = broken(
        tmp_path,
        ("link: w-h, field", "links: {kind: pwer}, field"),
        ("set: [{link: w-h, autonomy_min: 240}]", "set: [{components: {kind: nothing}, parameters: {x: 1}}]"),
    )
    fixes = [str(problem.fix) for problem in problems]
    assert fixes and all(fix.count("see ") == 1 and "see:" not in fix for fix in fixes)


def test_what_only_some_cases_break_is_told_with_how_many(tmp_path: Path) -> None:
    # the repair of the burst may take until after heal_by, but only where it begins late and lasts long
    late = CAMPAIGN.replace(
        "      - {id: hole",
        "      - {id: later, entry: burst, field: at, uniform: [30min, 3h], source: assumption}\n      - {id: hole",
    )
    with pytest.raises(BadInput) as caught:
        plan_campaign(campaign_on_hamlet(tmp_path, late))
    (problem,) = caught.value.problems
    assert "of 100 cases, first in case" in problem.what and "beyond heal_by" in problem.what
    assert 0 < int(problem.what.split()[1]) < 100
    assert "lasts = " in problem.what and "later = " in problem.what


def test_a_whole_campaign_breaks_no_schema() -> None:
    import yaml

    schema = json.loads(schema_text("campaign-1"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(yaml.safe_load(CAMPAIGN))) == []
    shipped = resources.files("scenarios").joinpath("schema", "campaign-1.schema.json").read_text(encoding="utf-8")
    assert json.loads(shipped)["$id"] == "urn:stadtwerk:campaign:1"


def test_several_scenarios_take_turns_and_a_city_may_be_given(tmp_path: Path) -> None:
    file = campaign_on_hamlet(
        tmp_path, CAMPAIGN.replace("[bad-day.yaml]", "[bad-day.yaml, worse.yaml]\n    city: {path: city}")
    )
    (tmp_path / "worse.yaml").write_text(
        "\n".join(line[4:] for line in SCENARIO.splitlines()).replace("bad-day", "worse").replace("for: 2h", "for: 3h")
    )
    plan = plan_campaign(file)
    assert [run.case.scenario for run in plan.runs[:6]] == [0, 0, 1, 1, 0, 0]
    assert all(run.job.city.source == str((tmp_path / "city").resolve()) for run in plan.runs)
