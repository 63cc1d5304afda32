"""Two at once: which pairs have to be lived through, and which are known without.

A pair is a finding of its own if the town stands either loss alone, but not both. Three rules spare a run:

1. One of the two is too much already: whatever comes out, it is no finding of its own. (Nothing is claimed about it.
   A second loss may even help: the servers left in another part of the network then elect another one.)
2. One of the two is a link of which nobody asked while the other was gone: the pair is the other alone, by proof (see
   `WitnessSupply`).
3. Neither has anything to do with the other: what the two touch, in the log, in the dependency graph and in the
   engines, is apart. This is a rule of thumb; the tests hold it against all pairs of small random towns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from resilience.judge.verdict import Value
from resilience.study.audit.cases import Case, Group
from resilience.study.audit.graph import Victim
from resilience.study.audit.observation import Observation
from simulator.contracts.city import City
from simulator.contracts.component import Domain
from simulator.contracts.link import LinkKind

PAIRED = (Group.LINK, Group.COMPONENT)

ENGINES = {Domain.WATER: "water", Domain.ENERGY: "energy", Domain.TRAFFIC: "traffic", Domain.ICT: "ict"}


@dataclass(frozen=True, slots=True)
class Single:
    """One loss by itself, as far as pairs need it. `footprint` is all that it touches."""

    case: Case
    value: Value
    indifferent: frozenset[str]
    footprint: frozenset[str]


def single(
    case: Case, value: Value, seen: Observation, baseline: Observation, victims: Iterable[Victim], city: City
) -> Single:
    """What one loss touches: what the log and the courses of levels say, who hangs on it, and which engine it is in.

    A fallback that is there, but not used, leaves no trace in the log; so the ends of a link, and whatever its feed
    or the data network has in common with others, count as touched.
    """
    touched: set[str] = set(seen.subjects - baseline.subjects) | set(seen.changed(baseline))
    touched |= {one.component for one in victims}
    for name in (*case.subjects, *touched):
        if name in city.components:
            component = city.components[name]
            touched.add(f"engine {ENGINES.get(component.domain, name)}")
            touched |= {link.target for link in city.links_out_of(name) if link.kind != LinkKind.ROAD}
        elif name in city.links:
            link = city.links[name]
            touched.add(link.target)
            if link.kind in (LinkKind.DATA, LinkKind.CONTROL):
                touched.add("engine ict")
            if link.kind == LinkKind.POWER:
                touched.add(link.source)
    return Single(case, value, seen.indifferent, frozenset(touched))


def pair_of(a: Case, b: Case) -> Case:
    breaks = tuple(dict.fromkeys((*a.breaks, *b.breaks)))
    owner = a.owner if a.owner == b.owner else f"{a.owner} + {b.owner}"
    return Case(
        f"pair/{a.subject}+{b.subject}",
        Group.PAIR,
        (*a.subjects, *b.subjects),
        f"{a.kind} + {b.kind}",
        owner,
        breaks,
    )


def pairs(singles: Sequence[Single]) -> Iterator[tuple[Single, Single]]:
    """Every pair, each once, in the order of the cases."""
    for i, a in enumerate(singles):
        for b in singles[i + 1 :]:
            yield a, b


def spared(a: Single, b: Single) -> str | None:
    """The rule by which a pair need not be run: `one`, `unasked`, `apart`; None where it must be."""
    if Value.FAIL in (a.value, b.value):
        return "one"
    if a.case.subject in b.indifferent or b.case.subject in a.indifferent:
        return "unasked"
    if not a.footprint & b.footprint:
        return "apart"
    return None


def to_run(singles: Sequence[Single]) -> tuple[tuple[Case, ...], Mapping[str, int]]:
    """The pairs that have to be lived through, and how many each rule has spared."""
    run, count = [], {"one": 0, "unasked": 0, "apart": 0}
    for a, b in pairs(singles):
        rule = spared(a, b)
        if rule is None:
            run.append(pair_of(a.case, b.case))
        else:
            count[rule] += 1
    return tuple(run), count
