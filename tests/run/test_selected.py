"""`stadtwerk check` shows what each selector of a scenario hits; a district is cut off by one word."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.contracts.link import LinkKind
from stadtwerk.__main__ import main
from stadtwerk.library import load_named_city

FILE = """
schema: stadtwerk/scenario/1
id: {id}
title: {{en: a fault}}
question: {{en: "Does anybody notice?"}}
city: {{name: demo}}
run: {{start: "2026-10-12T08:00", duration: 3h30min}}
timeline:
  - {{id: outage, at: 1h, for: 2h, {what}}}
expect:
  - {{id: power, type: invariant, levels: {{measure: power-supply}}, longest: 15min}}
"""


def checked(what: str, folder: Path, capsys: pytest.CaptureFixture[str], lang: str = "en") -> tuple[int, str, str]:
    file = folder / "asked.yaml"
    file.write_text(FILE.format(id="asked", what=what), encoding="utf-8")
    code = main(["check", str(file), "--lang", lang])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_check_names_the_components_and_links_of_each_selector(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    city = load_named_city("demo")
    _, out, _ = checked("fault: bus-out, selector: {district: d3}", tmp_path, capsys)
    buses = [c.id for c in city.of_kind("bus") if c.district == "d3"]
    assert f"outage: {len(buses)} components: {', '.join(buses)}" in out
    _, out, _ = checked("fault: bus-out, selector: {district: d3}", tmp_path, capsys, "de")
    assert f"outage: {len(buses)} Komponenten: bus-" in out
    _, out, _ = checked("fault: link-cut, selector: {link_kind: data, between: [d3, router-core-3]}", tmp_path, capsys)
    assert "outage: 2 links: data-router-core-3-router-d3, " in out


def test_a_core_router_that_stands_in_a_district_is_not_cut_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The ring through the district is not the district's: the file is refused, with what to write."""
    what = "fault: link-cut, selector: {link_kind: data, between: [d4, router-core-3]}"
    code, _, err = checked(what, tmp_path, capsys)
    assert code == 64
    assert "between: [router-core-2, router-core-3]" in err
    assert "isolate: {district: d4, kinds: [data]}" in err


def test_isolate_cuts_what_crosses_the_border_of_a_district(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    city = load_named_city("demo")
    crossing = [
        link.id
        for link in city.links_of_kind(LinkKind("data"))
        if sum(city.components[end].district == "d4" for end in (link.source, link.target)) == 1
    ]
    code, out, _ = checked("isolate: {district: d4, kinds: [data]}", tmp_path, capsys)
    assert code == 0
    assert f"outage: {len(crossing)} links: {', '.join(crossing)}\n" in out
    again = checked("fault: link-cut, selector: {isolate: {district: d4, kinds: [data]}}", tmp_path, capsys)
    assert (code, out) == again[:2]
