"""A village with sewers and district heating in the pseudo-language: no word of theirs without a catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from simulator.contracts.words import PSEUDO
from stadtwerk.__main__ import main
from tests.wastewater.networks import lifted
from tests.words.test_pseudo_commands import foreign, page_of

FILES = {
    "village/city.yaml": """\
        schema: stadtwerk/city/1
        name: village
        title: {en: Village, de: Dorf}
        place: {latitude_deg: 50.0, longitude_deg: 8.0}
        people: {litres_per_person_day: 126, source: Destatis 2022}
        networks:
          wastewater: {file: lifted.inp, owner: sewage utility, year: 1990}
        components: components.csv
        links: [links.csv]
        districts: {file: districts.geojson, coordinates: map}
        levels:
          - {id: disposal, measure: sewage-disposal, subject: city, minimum: 0.95}
          - {id: cellars, measure: cellar-safety, subject: all, minimum: 0.95}
          - {id: treated, measure: sewage-treatment, subject: city, minimum: 0.9}
          - {id: warm, measure: room-temperature, subject: all, minimum: 18}
          - {id: homes, measure: lifeline, subject: homes, minimum: 0.5, people: 1000}
          - {id: hall, measure: lifeline, subject: hall, minimum: 0.5, people: 1000}
        sensors:
          - {id: depth, quantity: sewage_level_m, unit: m, kind: lifting-station, accuracy: 0.05, period_s: 300}
          - {id: rooms, quantity: room_temperature_c, unit: °C, kind: heated-homes, accuracy: 0.5, period_s: 900}
        """,
    "village/components.csv": """\
        id,kind,x_m,y_m,district,owner,maker,model,firmware,year,title,parameters
        generator-1,generator,0,0,,power utility,,,,1995,,fuel_l=500; tank_l=600; burn_l_h=20
        centre,waterworks,0,10,,sewage utility,,,,,,
        plant,treatment-plant,820,10,,sewage utility,,,,1980,,outfall=outfall-PLANT; capacity_m3_s=0.05; drawn_w=4000
        boiler,heating-plant,10,0,,heat utility,,,,2001,,rated_w=3.2e6
        pumps,heating-pumps,12,0,,heat utility,,,,,,
        store,heat-store,14,0,,heat utility,,,,,,energy_j=4e9; rated_w=3.2e6
        homes,heated-homes,100,0,all,heat utility,,,,,,people=1000; peak_w=3.2e6; warm_room_places=200
        hall,town-hall,50,0,all,town,,,,,,
        depot,depot,20,0,,town,,,,,,
        gateway,gateway,30,0,all,town,,,,,,
        server,server,40,0,,town,,,,,,
        """,
    "village/links.csv": """\
        id,kind,source,target,owner,autonomy_min,latency_ms,loss,fallback
        p-well,power,generator-1,lifting-station-WELL,power utility,,,,
        p-plant,power,generator-1,plant,power utility,,,,
        p-boiler,power,generator-1,boiler,power utility,,,,
        p-pumps,power,generator-1,pumps,power utility,,,,
        c-well,control,centre,lifting-station-WELL,sewage utility,,,,local
        h-1,district-heat,boiler,pumps,heat utility,,,,
        h-2,district-heat,store,pumps,heat utility,,,,
        h-3,district-heat,pumps,homes,heat utility,,,,
        d-1,data,server,gateway,town,,1,,
        d-2,data,server,hall,town,,1,,
        d-3,data,server,centre,town,,1,,
        d-4,data,server,lifting-station-WELL,town,,1,,
        """,
    "village/districts.geojson": """\
        {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"id": "all", "title": "Village", "people": 1000},
         "geometry": {"type": "Polygon", "coordinates": [[[-50,-90],[900,-90],[900,90],[-50,90],[-50,-90]]]}}]}
        """,
    "dark.yaml": """\
        schema: stadtwerk/scenario/1
        id: dark
        title: {de: Regen ohne Strom, en: Rain without power}
        question: {de: Bleibt das Dorf warm und trocken?, en: Does the village stay warm and dry?}
        charter: [3.3/subsystem-continuity, 3.3/analogue-redundancy]
        city: {path: village}
        run: {start: "2026-01-14T04:00", warmup: 10min, duration: 12h}
        timeline:
          - {id: dark, at: 30min, fault: link-cut, target: p-well, for: 8h}
          - {id: still, at: 30min, fault: heating-plant-out, target: boiler, for: 8h}
          - {id: rain, at: 1h, fault: heavy-rain, target: rain-gauge-SKY}
          - {id: cold, at: 1h, fault: cold-spell, target: homes}
          - {id: spied, at: 2h, fault: ransomware, target: hall}
        redundancies:
          - {id: paper, kind: analogue, component: hall, primary: online, standby: paper, must_activate: true,
             within: 4h}
        expect:
          - {id: safe, type: invariant, level: cellars}
          - {id: warm, type: invariant, level: warm}
        """,
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The village and its finished run, which fails."""
    folder = tmp_path_factory.mktemp("village")
    (folder / "village").mkdir()
    lifted(folder / "village")
    for name, text in FILES.items():
        (folder / name).write_text(dedent(text), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patch.setenv("NO_COLOR", "1")
        patch.setenv("COLUMNS", "4000")
        patch.setenv("STADTWERK_LANG", PSEUDO)
        patch.chdir(folder)
        yield folder


Said = Callable[..., str]


@pytest.fixture
def said(place: Path, capsys: pytest.CaptureFixture[str]) -> Said:
    def run(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        got = main(list(arguments))
        shown = capsys.readouterr()
        assert got == code, shown.out + shown.err
        return shown.out + shown.err

    return run


def test_no_letter_stands_outside_brackets(place: Path, said: Said) -> None:
    assert foreign(said("check", "dark.yaml", "village/"), "OK") == []
    assert foreign(said("city", "show", "village"), "village", "all", "Village") == []
    assert foreign(said("run", "dark.yaml", "--mqtt", "off", "--out", "run", code=1)) == []
    assert page_of(place / "run" / "report.html") == []
    told = said("events", "run", "--city", "village")
    assert foreign(told, "min", "h", "s") == []
    for word in ("cellar", "wastewater", "heat", "paper"):
        assert word in told, f"{word}: the run does not reach what is to be read"
    assert foreign(said("charter", "run", "--city", "village", "--out", "charter", code=1)) == []
    assert page_of(place / "charter" / "charter.html") == []
