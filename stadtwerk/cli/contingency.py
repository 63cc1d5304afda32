"""N-1 of a city's grid, for a terminal and as a file."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.words import Text, Words, number, percent
from stadtwerk.library import load_named_city
from stadtwerk.terminal import Terminal

_ = Words("stadtwerk")
_n = _.plural

HEADS = (_("out"), _("dark"), _("left dark"), _("load lost in kW"), _("open points closed"), _("loading"), _("voltage"))


def show_contingencies(name: str, at: datetime, every: bool, out: Path | None, lang: str) -> int:
    """Print the n-1 of a city's grid at the load of an hour. Returns the exit code. Raises `BadInput`."""
    from simulator.coupling.runtime import Runtime
    from simulator.domains.energy.process import EnergyDomain
    from simulator.kernel import Clock

    terminal = Terminal(lang)
    with terminal.working(_("loading the city")):
        city = load_named_city(name)
    if city.power_file is None:
        what = _("the city has no grid")
        raise BadInput([Problem(name, 0, "networks.power", what, _("import one: stadtwerk city import --power FILE"))])
    with terminal.working(_("solving the outages")):
        domain = EnergyDomain(Runtime.build(city, Clock(at, 0.0, 0.0), seed=1))
        base = domain.solver.what_if(domain.state.inputs())
        found = domain.contingencies.run()
    if out is not None:
        text = json.dumps({"at": at.isoformat(), "outages": [asdict(one) for one in found]}, indent=1) + "\n"
        try:
            out.write_text(text, encoding="utf-8")
        except OSError as error:
            what = _("cannot be written ({reason})", reason=reason_of(error))
            raise BadInput([Problem(str(out), 0, "--json", what, _("check the path"))]) from None
    if base.approximate:
        terminal.say(_("The power flow of the whole grid has no solution: nothing is shown about n-1."))
        return 2
    rows = [
        (
            one.id,
            number(one.dark).of(lang),
            number(one.left_dark).of(lang),
            number(round(one.lost_w / 1e3)).of(lang),
            " ".join(one.closed) or "-",
            percent(round(one.loading, 3)).of(lang),
            f"{one.voltage_pu:.3f}",
        )
        for one in sorted(found, key=lambda one: (one.held, -one.lost_w, -one.loading))
        if every or not one.held
    ]
    if rows:
        title = _("single outages") if every else _("single outages that are not borne")
        terminal.table(title.of(lang), [head.of(lang) for head in HEADS], rows)
    held = sum(one.held for one in found)
    dark = sum(one.dark > 0 for one in found)
    said: Text = _(
        "{held} of {all} single outages are borne; {dark} darken somebody until open points are closed.",
        held=number(held),
        all=number(len(found)),
        dark=number(dark),
    )
    terminal.say(said)
    return 0 if held == len(found) else 1
