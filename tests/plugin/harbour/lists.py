"""Plain lists of a water network, made into a file of EPANET.

source NAME HEAD_M X_M Y_M
junction NAME ELEVATION_M LITRES_A_SECOND X_M Y_M
pipe NAME FROM TO LENGTH_M DIAMETER_MM
"""

from pathlib import Path

SECTIONS = {"source": ("RESERVOIRS", 1), "junction": ("JUNCTIONS", 2), "pipe": ("PIPES", 4)}
"""The section of each kind of line, and how many fields after the name go there; what is left is the place."""


def to_inp(source: Path, into: Path) -> dict[str, Path]:
    """Called by `stadtwerk city import --from pipe-list=FILE`: writes `water.inp`, which stands for --water."""
    found: dict[str, list[str]] = {"RESERVOIRS": [], "JUNCTIONS": [], "PIPES": [], "COORDINATES": []}
    for line in source.read_text(encoding="utf-8").splitlines():
        kind, name, *fields = line.split()
        section, count = SECTIONS[kind]
        found[section].append(" ".join((name, *fields[:count], *(("120", "0", "Open") if kind == "pipe" else ()))))
        if fields[count:]:
            found["COORDINATES"].append(" ".join((name, *fields[count:])))
    out = into / "water.inp"
    rows = "\n".join(f"[{section}]\n" + "\n".join(lines) for section, lines in found.items())
    out.write_text(f"{rows}\n[OPTIONS]\nUnits LPS\nHeadloss H-W\n[TIMES]\nDuration 24:00\n[END]\n", encoding="utf-8")
    return {"water": out}
