"""The telephone network of a generated town."""

from __future__ import annotations

from simulator.city.generator.layer import Layer, Laying, join, place
from simulator.city.generator.links import HOUR_S, feed
from simulator.contracts.city import Assumption
from simulator.contracts.link import Link
from simulator.contracts.registry import registry
from simulator.contracts.words import Verbatim, Words, joined, number
from simulator.domains.energy.catalogue import POWER
from simulator.lifelines.telephony.catalogue import EXCHANGE, MOBILE_SITE, TELEPHONE
from simulator.lifelines.telephony.names import EXCHANGE as EXCHANGE_NAME
from simulator.lifelines.telephony.names import MOBILE_SITE as SITE_NAME

_ = Words("simulator.lifelines.telephony")

SITE_S = (0.5 * HOUR_S, 0.5 * HOUR_S, 2 * HOUR_S)
"""Batteries of mobile sites: about half an hour (trade, by way of the BR 2022), some two hours (study for the
Bundestag, by way of the Tagesspiegel 2019); in turn."""

EXCHANGE_S = 4 * HOUR_S
"""Battery of a local exchange (assumption: 4 to 6 h; operators bring generators to what is not central)."""


def exchange_and_sites(town: Laying) -> Layer:
    """An exchange in the central district, a mobile site in each, and the lines of those whom people call for help."""
    ground, plan = town.ground, town.plan
    centre, owner = ground.central, plan.owners.telephone
    exchange = place(
        "telephone-exchange-1", EXCHANGE, centre.x_m + 40.0, centre.y_m - 60.0, owner, EXCHANGE_NAME(), centre.id
    )
    sites = [
        place(f"mobile-{d.id}", MOBILE_SITE, d.x_m - 40.0, d.y_m + 60.0, owner, SITE_NAME(d.title), d.id, plan.make(i))
        for i, d in enumerate(ground.districts)
    ]
    called = registry().types_that(lambda of: of.called)
    those = [one for one in town.laid.components if one.kind in called]
    links: list[Link] = [join(TELEPHONE, exchange.id, one.id, owner) for one in (*sites, *those)]
    if ground.giving(POWER):
        links.append(feed(ground, exchange, plan.owners.power, EXCHANGE_S))
        links += [feed(ground, site, plan.owners.power, SITE_S[i % len(SITE_S)]) for i, site in enumerate(sites)]
    text = _(
        "one exchange with a battery for {exchange} h; one mobile site a district stands for all operators there, with "
        "batteries of {hours} h in turn; lines of the exchange lie in no trench of the town",
        exchange=EXCHANGE_S / HOUR_S,
        hours=joined([number(seconds / HOUR_S) for seconds in SITE_S], Verbatim(", ")),
    )
    basis = _("mobile sites: trade and study for the Bundestag, by way of the press; exchange: assumption")
    return Layer((exchange, *sites), tuple(links), assumptions=(Assumption(Verbatim(exchange.id), text, basis),))
