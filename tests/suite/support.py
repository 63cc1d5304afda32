"""A hamlet on disk with scenarios in it: what holds, what fails, what nobody saw."""

from __future__ import annotations

from pathlib import Path

from tests.city.towns import hamlet

FRAME = """\
schema: stadtwerk/scenario/1
id: {id}
title: {{de: Titel {id}, en: Title {id}}}
question: {{de: "Hält {id}?", en: "Does {id} hold?"}}
charter: [3.3/subsystem-continuity]
{expected}city: {{path: city}}
run: {{start: "2026-05-12T06:00", warmup: 0s, duration: 1h, seeds: [{seeds}]}}
timeline:
{timeline}
expect:
  - {{id: water, type: invariant, level: water-supply-city, longest: 10min}}
  - {{id: hospital, type: invariant, level: hospital-1}}
not_asked:
  - {{level: litres-west, reason: {{de: hier gibt niemand Trinkwasser aus, en: nobody hands out drinking water here}}}}
"""
SEEN = "{signal: target.pressure_m, below: 0.1, within: 10min}"
CLOSED = (
    f"  - {{id: closed, at: 5min, fault: isolated, target: [junction-B, junction-C], for: 30min, evidence: {SEEN}}}"
)
"""Closing B takes more than a tenth of the town's water away; closing C alone does not."""
SMALL = f"  - {{id: small, at: 5min, fault: isolated, target: junction-C, for: 5min, evidence: {SEEN}}}"
UNSEEN = (
    "  - {id: unseen, at: 5min, fault: node-out, target: gateway-east, for: 5min,"
    " evidence: {signal: junction-A.leak_m3_s, above: 1, within: 5min}}"
)
CUT = "  - {id: cut, at: 5min, fault: link-cut, target: g-h, for: 30min}"
"""The only cable of the hospital, whose battery lasts ten minutes."""
BATTERY = "set: [{link: g-h, autonomy_min: 30}]"
KNOWN = "expected: {{verdict: fail, weaknesses: [{{findings: [{findings}], cure: {{{cure}}}}}]}}\n"


def town(place: Path) -> Path:
    """The hamlet, as `city` in the folder."""
    (place / "city").mkdir()
    hamlet(place / "city")
    return place


def scenario(
    place: Path, name: str, timeline: str = SMALL, findings: str = "", seeds: str = "1", cure: str = BATTERY
) -> Path:
    """Write a scenario file; `findings` are those of a known weakness, `cure` is what is said to cure it."""
    expected = KNOWN.format(findings=findings, cure=cure) if findings else ""
    path = place / f"{name}.yaml"
    path.write_text(FRAME.format(id=name, timeline=timeline, expected=expected, seeds=seeds), encoding="utf-8")
    return path


def suite(place: Path, *names: str, seeds: str = "first", opt_outs: int = 9) -> Path:
    path = place / "mine.suite.yaml"
    rows = "".join(f"  - {name}.yaml\n" for name in names)
    head = (
        f"schema: stadtwerk/suite/1\nid: mine\ntitle: {{de: Meine, en: Mine}}\nseeds: {seeds}\nopt_outs: {opt_outs}\n"
    )
    path.write_text(f"{head}scenarios:\n{rows}", encoding="utf-8")
    return path
