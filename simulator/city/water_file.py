"""Reads an EPANET network file, through the EPANET toolkit itself, for the city and for the water domain."""

from __future__ import annotations

import math
import os
import re
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from simulator.city.apart import Died, apart
from simulator.city.components import NetworkElement
from simulator.city.frame import FOOT_M
from simulator.city.layout import tree
from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Words
from simulator.domains.water.catalogue import JUNCTION, PIPE, PUMP, RESERVOIR, TANK, VALVE

_ = Words("simulator.city")

M3_PER_FT3 = FOOT_M**3
_PER_CFS = (1.0, 448.831, 0.64632, 0.5382, 1.9837, 28.317, 1699.0, 2.4466, 101.94, 2446.6, 0.028317)
"""EPANET's own flow units per cubic foot a second, in the order of its unit codes (CFS, GPM, MGD, IMGD, AFD, LPS, LPM,
MLD, CMH, CMD, CMS), as its source has them, so that converting back undoes what it did."""
_FIRST_METRIC = 5

_REPORTED = re.compile(r"Error (\d+)(?: -|:) (.*?)(?: (?:in|of) \[(\w+)\] section)?:?\s*$")


def flow_unit_m3_s(units: int) -> float:
    """One flow unit of a network file (EPANET's unit code) in m3/s."""
    return M3_PER_FT3 / _PER_CFS[units]


def is_metric(units: int) -> bool:
    """Whether lengths and volumes of a file with these flow units are metric; else they are feet."""
    return units >= _FIRST_METRIC


def open_water_file(path: Path) -> Any:
    """An open toolkit project, to be closed by the caller. Raises `BadInput` with all that EPANET objects to."""
    from epanet import toolkit as tk

    if not path.is_file():
        raise BadInput([Problem(str(path), 0, "file", _("cannot be read (no such file)"), _("check the path"))])
    project = tk.createproject()
    try:
        tk.open(project, str(path), os.devnull, "")
        tk.openH(project)  # only here EPANET looks at the network as a whole
        tk.closeH(project)
    except Exception as error:  # the toolkit raises nothing narrower
        _drop(project)
        raise BadInput(_objections(path, str(error))) from None
    return project


OPENED_S = 60
"""How long EPANET may take to open a file; a network of 12,000 nodes takes it less than one (assumption)."""


def _proved(path: Path) -> None:
    """See that EPANET survives a file from elsewhere: it is opened in a child process first, since some slips break the
    library itself and with it the process. Raises `BadInput`, also for a file that names another one to be read."""
    if not path.is_file():
        return
    problems = _names_files(path)
    if problems:
        raise BadInput(problems)
    try:
        apart(lambda: _opens(path), OPENED_S)
    except Died:
        what = _("EPANET itself breaks down when it reads this file")
        fix = _("compare it with the last version that EPANET could read; sections and rules that are cut off do that")
        raise BadInput([Problem(str(path), 0, "file", what, fix)]) from None


def _opens(path: Path) -> None:
    with suppress(BadInput):  # told by the caller, who opens it himself
        close_water_file(open_water_file(path))


USES = re.compile(r"HYDR\w*\W+USE\b", re.IGNORECASE)
"""What stands in every file that names one with results."""


def _names_files(path: Path) -> list[Problem]:
    """Options by which EPANET would read a file of results that a network names: whoever wrote it chose which."""
    found, section = [], ""
    text = path.read_text(encoding="utf-8", errors="replace")
    if not USES.search(text):
        return []  # in large networks, every word is looked at only where it may be there
    for number, line in enumerate(text.splitlines(), start=1):
        words = _words(line).replace(",", " ").upper().split()
        if words and words[0].startswith("["):
            section = words[0]
        elif section.startswith("[OPTI") and len(words) > 2 and words[0].startswith("HYDR") and words[1] == "USE":
            what, fix = _("would read results from another file"), _("take the line out: they are computed here")
            found.append(Problem(str(path), number, "[OPTIONS] HYDRAULICS", what, fix))
    return found


def close_water_file(project: Any) -> None:
    """Give the project's memory back."""
    from epanet import toolkit as tk

    tk.close(project)
    tk.deleteproject(project)


def read_water_elements(path: Path) -> tuple[NetworkElement, ...]:
    """Every node and link of an EPANET file: nodes first, each in the file's order.

    The weight of a junction is its mean demand over its patterns in m3/s. A node without coordinates is put between
    its neighbours, a link halfway between its ends. Raises `BadInput` for what EPANET cannot read.
    """
    _proved(path)
    project = open_water_file(path)
    try:
        return _elements(project)
    finally:
        close_water_file(project)


def mean_demand_m3_s(project: Any, node: int) -> float:
    """Mean demand of a node (toolkit index) over its patterns, 0 for one that feeds water in on average."""
    from epanet import toolkit as tk

    total = 0.0
    default = int(tk.getoption(project, tk.DEMANDPATTERN))
    for i in range(1, tk.getnumdemands(project, node) + 1):
        pattern = tk.getdemandpattern(project, node, i) or default
        factor = tk.getaveragepatternvalue(project, pattern) if pattern > 0 else 1.0
        total += tk.getbasedemand(project, node, i) * factor
    total *= tk.getoption(project, tk.DEMANDMULT)
    return float(max(0.0, total) * flow_unit_m3_s(tk.getflowunits(project)))


def node_kinds(project: Any) -> tuple[str, ...]:
    from epanet import toolkit as tk

    names = {tk.JUNCTION: JUNCTION, tk.RESERVOIR: RESERVOIR, tk.TANK: TANK}
    return tuple(names[tk.getnodetype(project, i + 1)] for i in range(tk.getcount(project, tk.NODECOUNT)))


def link_kinds(project: Any) -> tuple[str, ...]:
    """Pipe (also one with a check valve), pump or valve, for every link."""
    from epanet import toolkit as tk

    names = {tk.CVPIPE: PIPE, tk.PIPE: PIPE, tk.PUMP: PUMP}
    return tuple(names.get(tk.getlinktype(project, i + 1), VALVE) for i in range(tk.getcount(project, tk.LINKCOUNT)))


def _elements(project: Any) -> tuple[NetworkElement, ...]:
    from epanet import toolkit as tk

    kinds = node_kinds(project)
    names = [tk.getnodeid(project, i + 1) for i in range(len(kinds))]
    link_kind = link_kinds(project)
    ends = [tk.getlinknodes(project, i + 1) for i in range(len(link_kind))]
    spots = _coordinates(project, len(kinds), [(int(a), int(b)) for a, b in ends])
    unit_m = 1.0 if is_metric(tk.getflowunits(project)) else FOOT_M
    found = []
    for i, (kind, name) in enumerate(zip(kinds, names, strict=True)):
        weight = mean_demand_m3_s(project, i + 1) if kind == JUNCTION else 0.0
        found.append(NetworkElement(kind, name, *spots[i], weight=weight))
    for i, (kind, (a, b)) in enumerate(zip(link_kind, ends, strict=True)):
        (ax, ay), (bx, by) = spots[a - 1], spots[b - 1]
        name = tk.getlinkid(project, i + 1)
        length_m = tk.getlinkvalue(project, i + 1, tk.LENGTH) * unit_m if kind == PIPE else 0.0
        between = (names[a - 1], names[b - 1])
        found.append(NetworkElement(kind, name, (ax + bx) / 2, (ay + by) / 2, between, length_m=length_m))
    return tuple(found)


def without_coordinates(path: Path) -> int:
    """How many nodes of a file have no place of their own. Raises `BadInput`."""
    from epanet import toolkit as tk

    project = open_water_file(path)
    try:
        count = int(tk.getcount(project, tk.NODECOUNT))
        return count - len(_known(project, count))
    finally:
        close_water_file(project)


def _known(project: Any, count: int) -> dict[int, tuple[float, float]]:
    """The places of nodes in the file; none where all nodes lie at one, as programs write that know none."""
    from epanet import toolkit as tk

    known: dict[int, tuple[float, float]] = {}
    for node in range(1, count + 1):
        with suppress(Exception):  # error 254: the file gives no coordinates for this node
            x, y = tk.getcoord(project, node)
            if math.isfinite(x) and math.isfinite(y):
                known[node] = (float(x), float(y))
    for lost in _forgotten(known):
        del known[lost]
    return known if len(set(known.values())) > 1 or count < 2 else {}


FORGOTTEN = 0.1
"""Of all nodes, at most, may have been forgotten at 0, 0 (assumption: more are a drawing of its own)."""


def _forgotten(known: Mapping[int, tuple[float, float]]) -> list[int]:
    """Nodes at 0, 0 that programs leave there which know no place, while all others lie far away: the nearest of them
    farther than ten times as wide as they lie."""
    zero = [node for node, place in known.items() if place == (0.0, 0.0)]
    others = [place for place in known.values() if place != (0.0, 0.0)]
    if not zero or len(others) < 2:
        return []
    if len(zero) > max(1.0, FORGOTTEN * len(known)):
        return []
    x, y = zip(*others, strict=True)
    wide = math.hypot(max(x) - min(x), max(y) - min(y))
    return zero if min(math.hypot(*place) for place in others) > 10 * wide > 0 else []


def _coordinates(project: Any, count: int, ends: list[tuple[int, int]]) -> list[tuple[float, float]]:
    """A place for every node: the file's, else between its neighbours; all drawn as a tree where the file has none."""
    from epanet import toolkit as tk

    known = _known(project, count)
    if not known:
        roots = [node for node in range(1, count + 1) if tk.getnodetype(project, node) != tk.JUNCTION]
        drawn = tree(range(1, count + 1), ends, roots)
        return [drawn[node] for node in range(1, count + 1)]
    while len(known) < count:
        near: dict[int, list[tuple[float, float]]] = {}
        for a, b in ends:
            for here, there in ((a, b), (b, a)):
                if here not in known and there in known:
                    near.setdefault(here, []).append(known[there])
        if not near:
            break
        for node, around in near.items():
            known[node] = (sum(x for x, _ in around) / len(around), sum(y for _, y in around) / len(around))
    middle = (sum(x for x, _ in known.values()) / len(known), sum(y for _, y in known.values()) / len(known))
    return [known.get(node, middle) for node in range(1, count + 1)]


SEWERS = ("CONDUITS", "OUTFALLS")
"""Sections that only a file of SWMM has, which is called .inp as well."""


def _objections(path: Path, error: str) -> list[Problem]:
    """What EPANET writes in its report about a file it refuses, with the line where it quotes one."""
    from epanet import toolkit as tk

    fix = _("fix it here (EPANET's own error text)")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report"
        project = tk.createproject()
        with suppress(Exception):
            tk.open(project, str(path), str(report), "")
            tk.openH(project)
        _drop(project)
        text = report.read_text(encoding="utf-8", errors="replace").splitlines() if report.is_file() else []
    lines = [_words(line) for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    problems = []
    for i, line in enumerate(text):
        match = _REPORTED.match(line.strip())
        if match is None or match[1] == "200":
            continue
        quoted = _words(text[i + 1]) if i + 1 < len(text) and line.rstrip().endswith(":") else ""
        at = next((n for n, words in enumerate(lines, start=1) if quoted and words.startswith(quoted)), 0)
        field = f"[{match[3]}]" if match[3] else "network"
        said = _("EPANET error {number}: {said}", number=match[1], said=match[2])
        comma = re.search(r"-?\d+,\d+$", match[2])
        mend = _("write {words}", words=comma[0].replace(",", ".")) if comma else fix
        problems.append(Problem(str(path), at, field, said, mend))
    if problems and all(any(line.upper().startswith(f"[{name}]") for line in lines) for name in SEWERS):
        what = _("is a sewer network of SWMM, not a water network of EPANET")
        return [Problem(str(path), 0, "file", what, _("give it with --wastewater, beside a water network"))]
    return problems or [Problem(str(path), 0, "network", _("EPANET cannot read it ({error})", error=error), fix)]


def _words(line: str) -> str:
    return " ".join(line.split(";", maxsplit=1)[0].split())


def _drop(project: Any) -> None:
    from epanet import toolkit as tk

    with suppress(Exception):
        tk.close(project)
    tk.deleteproject(project)
