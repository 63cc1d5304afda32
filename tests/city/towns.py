"""Small cities on disk, written by hand as a planner would."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

WATER = """\
    [JUNCTIONS]
    A 10 2.0
    B 12 1.0
    C 11 0.78
    [RESERVOIRS]
    R 5
    [TANKS]
    T 60 3 0 6 15 0
    [PIPES]
    p1 A B 400 200 120 0 Open
    p2 B C 300 200 120 0 Open
    p3 C T 300 200 120 0 Open
    [PUMPS]
    u R A HEAD 1
    [CURVES]
    1 5 80
    [OPTIONS]
    Units LPS
    Headloss H-W
    [TIMES]
    Duration 24:00
    [COORDINATES]
    A 100 100
    B 500 100
    C 800 100
    R 0 0
    T 900 300
    [END]
    """

CITY = """\
    schema: stadtwerk/city/1
    name: hamlet
    title: {en: Hamlet, de: Weiler}
    place: {latitude_deg: 50.0, longitude_deg: 8.0}
    people: {litres_per_person_day: 126, source: Destatis 2022}
    networks:
      water: {file: water.inp, owner: water utility, year: 1990}
    components: components.csv
    links: [links.csv]
    districts: {file: districts.geojson, coordinates: map}
    levels:
      - {id: water-supply-city, measure: water-supply, subject: city, minimum: 0.9}
      - {id: litres-west, measure: litres-per-person, subject: west, minimum: 15, basis: wassv-person}
      - {id: hospital-1, measure: lifeline, subject: hospital-1, minimum: 0.5, people: 100}
    sensors:
      - {id: pressure, quantity: pressure_m, unit: m, kind: junction, accuracy: 0.5, period_s: 300}
    overrides:
      pump-u: {maker: maker A, year: 2005, title: main pump}
    assumptions:
      - {subject: town, text: it is made up}
    """

COMPONENTS = """\
    id,kind,x_m,y_m,district,owner,maker,model,firmware,year,title,parameters
    gateway-west,gateway,150,150,,city,maker B,G1,1.2,2015,,
    gateway-east,gateway,700,150,east,city,,,,,,
    server-1,server,400,150,,city,,,,,,cluster=data; rank=2
    scada,service,400,150,,city,,,,,,cluster=data
    hospital-1,hospital,500,200,,trust,,,,,St. Example,"beds=200"
    generator-1,generator,510,200,,trust,,,,,,fuel_l=500; tank_l=600; burn_l_h=20
    waterworks-1,waterworks,0,10,,water utility,,,,,,
    """

LINKS = """\
    id,kind,source,target,owner,autonomy_min,latency_ms,loss,fallback
    g-h,power,generator-1,hospital-1,trust,10,,,
    w-h,water,junction-B,hospital-1,water utility,240,,,
    s-gw,data,server-1,gateway-west,city,,1.5,0.01,
    s-ge,data,server-1,gateway-east,city,,1.5,,
    gw-u,data,gateway-west,pump-u,city,,2,,
    gw-ww,data,gateway-west,waterworks-1,city,,2,,
    ww-u,control,waterworks-1,pump-u,water utility,,,,hold
    """

DISTRICTS = """\
    {"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"id": "west", "title": "West"},
     "geometry": {"type": "Polygon", "coordinates": [[[-50, -50], [450, -50], [450, 400], [-50, 400], [-50, -50]]]}},
    {"type": "Feature", "properties": {"id": "east", "title": "East"},
     "geometry": {"type": "Polygon", "coordinates": [[[450, -50], [850, -50], [850, 250], [450, 250], [450, -50]]]}}
    ]}
    """

FILES = {
    "water.inp": WATER,
    "city.yaml": CITY,
    "components.csv": COMPONENTS,
    "links.csv": LINKS,
    "districts.geojson": DISTRICTS,
}


def hamlet(folder: Path, **changed: str) -> Path:
    """Write the hamlet; `changed` replaces whole files, `city` for city.yaml and so on by stem."""
    for name, text in FILES.items():
        text = changed.get(name.partition(".")[0], text)
        (folder / name).write_text(dedent(text), encoding="utf-8")
    return folder
