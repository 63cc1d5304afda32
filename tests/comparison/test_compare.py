"""Two runs, or two campaigns, side by side: what differs is shown with its sign, what does not is not claimed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from resilience.judge.figures import Broken, LevelFigures, RunFigures
from resilience.judge.verdict import Category, Finding, Metric, Value, Verdict
from resilience.report.pages import Page, Table, markdown
from resilience.study.comparison import CampaignSide, Outcome, RunSide, compare_campaigns, compare_runs
from simulator.contracts.words import Said, Verbatim
from stadtwerk.__main__ import main
from tests.campaign.town import CAMPAIGN, campaign_on_hamlet
from tests.report.page_reader import read_page

PUMP = Broken("p", "pump-1", "pump-out")


def level(name: str, worst: float, below_s: float, hours: float) -> LevelFigures:
    return LevelFigures(name, "water-supply", Verbatim(name), 0.9, worst, below_s, hours)


def side(name: str, value: Value, west: LevelFigures, hours: float, broken: tuple[Broken, ...] = (PUMP,)) -> RunSide:
    spare = Finding(
        "spare",
        Category.REDUNDANCY,
        value,
        Said({"de": "Ersatz", "en": "Spare"}),
        Said({"de": f"Grund {name}", "en": f"reason {name}"}),
    )
    held = Finding("held", Category.EXPECTATION, Value.PASS, Said({"de": "Gehalten", "en": "Held"}), Verbatim("fine"))
    metrics = (Metric("saidi", Verbatim("SAIDI"), Verbatim("town"), hours / 10, "min", Verbatim("IEEE 1366")),)
    verdict = Verdict(
        "s", Said({"de": "Lage", "en": "Case"}), Verbatim("?"), value, Verbatim("because"), (spare, held), (), metrics
    )
    east = level("east", 1.0, 0.0, 0.0)
    return RunSide(name, "town", 1, f"digest {name}", verdict,
                   RunFigures(value.value, hours, 10, 60.0, {}, (east, west), {}, {}, broken, ()))  # fmt: skip


A = side("a", Value.PASS, level("west", 0.8, 3600.0, 100.0), 100.0)
B = side("b", Value.FAIL, level("west", 0.5, 7200.0, 250.0), 250.0, (PUMP, Broken("s", "server-1", "node-out")))


def table_of(page: Page, section: str, place: int = 0) -> Table:
    return next(s for s in page.sections if s.id == section).tables[place]


def test_what_differs_between_two_runs_is_shown_with_its_sign() -> None:
    page = compare_runs(A, B)
    (row,) = table_of(page, "levels").rows
    assert row[0].endswith("west") and row[1:] == ("90%", "80%", "50%", "1\xa0h", "2\xa0h", "100", "250", "+150")
    (changed,) = table_of(page, "checks").rows
    assert changed == ("Spare", "pass", "fail", "reason a", "reason b")
    assert table_of(page, "checks", 1).rows == (("Held", "pass"),)
    assert table_of(page, "redundancies").rows == (changed,)
    assert ("SAIDI: town", "10.0\xa0min", "25.0\xa0min", "") in table_of(page, "figures").rows
    assert table_of(page, "faults").rows == (("device is out", "server-1", "B"),)
    assert "1 of 2 checks come out differently, 1 of 2 service levels differ." in page.lead[0][1]


def test_the_other_way_round_every_sign_turns() -> None:
    one, other = table_of(compare_runs(A, B), "levels").rows[0], table_of(compare_runs(B, A), "levels").rows[0]
    assert (one[-1], other[-1]) == ("+150", "−150")


def test_a_run_beside_itself_differs_in_nothing() -> None:
    page = compare_runs(A, A)
    assert page.lead[0][1] == ("Both runs are the same: one digest.",)
    assert not next(s for s in page.sections if s.id == "levels").tables
    assert list(table_of(page, "checks").rows) == [("Spare", "pass"), ("Held", "pass")]


def test_two_questions_are_not_silently_compared() -> None:
    other = replace(B, verdict=replace(B.verdict, scenario="t", title=Said({"de": "Andere", "en": "Other"})))
    assert any("different questions (Case; Other)" in said for said in compare_runs(A, other).lead[0][1])


def campaign(name: str, extra: float, seed_of_draw: int = 0) -> CampaignSide:
    outcomes = {
        case: Outcome(
            (("seed", str(case + seed_of_draw)),), "pass", 100.0 * case + extra, {"water-supply": 100.0 * case + extra}
        )
        for case in range(30)
    }
    return CampaignSide(
        name, Verbatim(name), "town", 30, 0, 1, name, {"m": Verbatim("Measure")}, {"today": outcomes, "m": outcomes}
    )


def test_campaigns_with_the_same_draws_are_compared_case_by_case() -> None:
    page = compare_campaigns(campaign("a", 0.0), campaign("b", 10.0))
    assert page.lead[0][1] == ("Both drew the same cases: differences are paired (30 pairs).",)
    # each case costs 10 more, whatever the cases are: nothing is left open
    assert [row[-1] for row in table_of(page, "outcomes").rows] == ["+10 (+10 to +10)"] * 2
    assert table_of(page, "services").rows[0][-1] == "+10 (+10 to +10)"


def test_campaigns_with_other_draws_are_compared_by_their_means() -> None:
    page = compare_campaigns(campaign("a", 0.0), campaign("b", 10.0, seed_of_draw=1))
    assert "different cases" in page.lead[0][1][0]
    found = re.fullmatch(r"\+10 \(−(\d+) to \+(\d+)\)", table_of(page, "outcomes").rows[0][-1])
    # the spread of 30 cases hides so small a difference: standard error sqrt(2 * 866**2 / 30) = 223
    assert found is not None and 300 < int(found[1]) < 600 and 300 < int(found[2]) < 600


@pytest.mark.parametrize("lang", ["en", "de"])
def test_both_languages_have_the_same_tables(lang: str) -> None:
    for made in (compare_runs(A, B, lang), compare_campaigns(campaign("a", 0.0), campaign("b", 10.0), lang)):
        text = markdown(made)
        assert made.lang == lang and ("Unterschied" in text) == (lang == "de")


def test_two_run_folders_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    campaign_on_hamlet(tmp_path)
    text = (tmp_path / "bad-day.yaml").read_text()
    (tmp_path / "worse.yaml").write_text(text.replace("area_m2: 0.002", "area_m2: 0.03"))
    for name in ("bad-day", "worse"):
        main(["run", str(tmp_path / f"{name}.yaml"), "--mqtt", "off", "--out", str(tmp_path / name)])
    capsys.readouterr()
    page = tmp_path / "page.html"
    command = ["compare", str(tmp_path / "bad-day"), str(tmp_path / "worse"), "--out", str(page)]
    assert main(command) == 0
    shown = capsys.readouterr().out
    tree = read_page(page.read_text(encoding="utf-8"))
    told = [cell.text for row in tree.all("tr") for cell in (*row.all("th"), *row.all("td"))]
    # what the bigger hole costs stands in both, and in the run folders themselves
    hours = [
        json.loads((tmp_path / name / "figures.json").read_text())["services"]["water-supply"]
        for name in ("bad-day", "worse")
    ]
    difference = f"{hours[1] - hours[0]:+,.0f}"
    assert hours[1] > hours[0] and difference in told and difference in shown
    assert "http" not in page.read_text().replace("http-equiv", "")


def test_two_campaign_folders_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    few = CAMPAIGN.replace("runs: 100", "runs: 6")
    file = campaign_on_hamlet(tmp_path, few)
    assert main(["campaign", str(file), "--jobs", "1", "--out", str(tmp_path / "a")]) == 0
    file.write_text(file.read_text().replace("autonomy_min: 240", "autonomy_min: 0"))
    assert main(["campaign", str(file), "--jobs", "1", "--out", str(tmp_path / "b")]) == 0
    capsys.readouterr()
    assert (
        main(["compare", str(tmp_path / "a"), str(tmp_path / "b"), "--out", str(tmp_path / "p.html"), "--lang", "de"])
        == 0
    )
    shown = capsys.readouterr().out
    assert "gepaart (6 Paare)" in shown and "Größerer Dachbehälter" in shown


def test_what_cannot_be_compared_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, record in (("run", "run.json"), ("campaign", "campaign.json"), ("nothing", "other")):
        (tmp_path / name).mkdir()
        (tmp_path / name / record).write_text("{}")
    page = tmp_path / "page.html"

    def told(a: str, b: str) -> str:
        assert main(["compare", str(tmp_path / a), str(tmp_path / b), "--out", str(page)]) == 64
        return capsys.readouterr().err

    assert "neither the folder of a run nor that of a campaign" in told("run", "nothing")
    assert told("missing", "nothing").count("neither the folder") == 2
    assert "compare two runs, or two campaigns" in told("run", "campaign")
    assert "run the scenario again" in told("run", "run")
    assert "run the campaign again" in told("campaign", "campaign")
    assert not page.exists()
