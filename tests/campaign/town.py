"""A town of one pump, one hospital and a few computers, and a campaign on it whose runs take some milliseconds each."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from tests.city.towns import hamlet

SCENARIO = """\
    schema: stadtwerk/scenario/1
    id: bad-day
    title: {de: Ein schlechter Tag, en: A bad day}
    question: {de: "Hält der Weiler?", en: "Does the hamlet hold?"}
    city: {path: city}
    run: {start: "2026-01-14T06:00", warmup: 10min, duration: 5h, heal_by: 4h30min}
    timeline:
      - {id: pump, at: 30min, fault: pump-out, target: pump-u, for: 2h}
      - {id: server, at: 1h, fault: node-out, target: server-1, for: 1h}
      - {id: burst, at: 1h, fault: burst, target: junction-B, for: 1h, parameters: {area_m2: 0.002}}
    expect:
      - {id: hospital, type: invariant, level: hospital-1}
      - {id: water, type: invariant, level: litres-west}
    """

CAMPAIGN = """\
    schema: stadtwerk/campaign/1
    id: bad-days
    title: {de: Viele schlechte Tage, en: Many bad days}
    question: {de: "Wie oft hält der Weiler?", en: "How often does the hamlet hold?"}
    scenarios: [bad-day.yaml]
    runs: 100
    sampler: {method: latin-hypercube, seed: 1}
    vary:
      - {id: begins, entry: pump, field: at, uniform: [10min, 90min], source: assumption}
      - {id: lasts, entry: burst, field: for, triangular: [10min, 1h, 3h], source: assumption}
      - {id: hole, entry: burst, field: parameters.area_m2, loguniform: [0.001, 0.05], source: assumption}
      - {id: breaks, entry: burst, chance: 0.6, source: assumption}
      - {id: roof-tank, link: w-h, field: autonomy_min, uniform: [0, 120], source: assumption}
    measures:
      - id: bigger-tank
        title: {de: Größerer Dachbehälter, en: A bigger roof tank}
        set: [{link: w-h, autonomy_min: 240}]
    """


def campaign_on_hamlet(folder: Path, campaign: str = CAMPAIGN, scenario: str = SCENARIO) -> Path:
    """Write town, scenario and campaign; returns the campaign's file."""
    (folder / "city").mkdir()
    hamlet(folder / "city")
    (folder / "bad-day.yaml").write_text(dedent(scenario), encoding="utf-8")
    file = folder / "bad-days.yaml"
    file.write_text(dedent(campaign), encoding="utf-8")
    return file
