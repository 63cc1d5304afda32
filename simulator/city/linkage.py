"""Links of the city as written in tables, in minutes and milliseconds as planners say them."""

from __future__ import annotations

from simulator.city.fields import Fields, Report, cell
from simulator.contracts.link import Fallback, Link, LinkKind
from simulator.contracts.names import suggestion
from simulator.contracts.registry import registry

LINK_COLUMNS = ("id", "kind", "source", "target", "owner", "autonomy_min", "latency_ms", "loss", "fallback", "trenches")
"""Header of a links file.

id            unique in the city
kind          power, data, control, water or road
source        the component that gives: bus or generator, ICT node, control centre, junction, road node
target        the component that gets
owner         who answers for the link
autonomy_min  minutes that the target goes on without it (battery, roof tank); empty = 0
latency_ms    data links: delay of a message; empty = 0
loss          data links: share of messages lost, 0 to 1; empty = 0
fallback      control links: `hold` the last set-point or go on under `local` control; empty = local
trenches      cable trenches in which the link lies, with semicolons between them: one dig cuts all that lies in one
"""

REQUIRED_LINK_COLUMNS = ("id", "kind", "source", "target")

# Decimals that hide the last bit which the change of unit costs, far below a tick: more are written than are read.
_READ, _WRITTEN = 9, 12


def link(fields: Fields, report: Report) -> Link | None:
    """One row of a links file; None where its kind is unknown."""
    kind, fallback = fields.text("kind"), fields.text("fallback", Fallback.LOCAL.value)
    known = registry().links
    if kind not in known:
        report("kind", f"{kind!r} is no kind of link", suggestion(kind, known))
        return None
    if fallback not in set(Fallback):
        report("fallback", f"{fallback!r} is no fallback", "write hold or local")
        fallback = Fallback.LOCAL
    return Link(
        id=fields.text("id"),
        kind=LinkKind(kind),
        source=fields.text("source"),
        target=fields.text("target"),
        owner=fields.text("owner"),
        autonomy_s=round(fields.number("autonomy_min", 0.0, low=0.0) * 60, _READ),
        latency_s=round(fields.number("latency_ms", 0.0, low=0.0) / 1000, _READ),
        loss=fields.number("loss", 0.0, low=0.0, high=1.0),
        fallback=Fallback(fallback),
        trenches=fields.listed("trenches"),
    )


def link_cells(given: Link) -> list[str]:
    """A link as a row of a links file; zeros and defaults stay empty."""
    minutes, milliseconds = round(given.autonomy_s / 60, _WRITTEN), round(given.latency_s * 1000, _WRITTEN)
    numbers = [cell(value) if value else "" for value in (minutes, milliseconds, given.loss)]
    fallback = given.fallback.value if given.kind == LinkKind.CONTROL else ""
    return [
        given.id,
        given.kind.value,
        given.source,
        given.target,
        given.owner,
        *numbers,
        fallback,
        "; ".join(given.trenches),
    ]
