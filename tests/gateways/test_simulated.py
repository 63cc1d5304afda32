"""What a gateway tells of itself while it and its link come and go."""

from __future__ import annotations

import math

from gateways.gateway.core import GatewaySettings
from gateways.simulated.gateways import DataNetwork, Fates, SimulatedGateways, straight
from tests.gateways.samples import cohort, readings

COHORT = cohort()


class Surroundings:
    def __init__(self) -> None:
        self.working = self.linked = True
        self.delivered: list[tuple[int, int, int]] = []
        self.states: list[tuple[bool, int, int]] = []
        self.lost = 0
        network = DataNetwork(lambda _: self.working, straight(lambda: [0.002 if self.linked else math.inf]))
        fates = Fates(
            lambda pack, tick: self.delivered.append((pack.boot, pack.sequence, tick)),
            lambda blocks: setattr(self, "lost", self.lost + sum(map(len, blocks))),
            lambda gateway, online, boot, tick: self.states.append((online, boot, tick)),
        )
        self.gateways = SimulatedGateways(["gw"], network, fates, GatewaySettings())

    def sample(self, at_s: int) -> None:
        self.gateways.take(readings(COHORT, at_s))
        self.gateways.advance(at_s * 1000)

    def change(self, at_s: int, **state: bool) -> None:
        self.__dict__.update(state)
        self.gateways.advance(at_s * 1000)


def test_a_gateway_tells_when_it_comes_and_goes_and_numbers_its_packs_by_boot() -> None:
    town = Surroundings()
    town.sample(0)
    town.sample(60)
    town.change(70, linked=False)
    town.change(80, working=False)
    town.change(90, linked=True)  # the link is there, but nobody to use it
    town.change(100, working=True)
    town.sample(120)
    town.change(130, working=False)
    town.sample(180)
    town.change(190, working=True)
    town.sample(240)
    assert town.states == [
        (True, 1, 0),
        (False, 1, 70_000),
        (True, 2, 100_004),
        (False, 2, 130_000),
        (True, 3, 190_004),
    ]
    assert town.delivered == [(1, 0, 2), (1, 1, 60_002), (2, 0, 120_002), (3, 0, 240_002)]
    assert town.lost == 3


def test_a_held_pack_keeps_the_number_it_got_when_it_was_closed() -> None:
    town = Surroundings()
    town.change(0, linked=False)
    for at_s in (60, 120, 180):
        town.sample(at_s)
    town.change(200, linked=True)
    town.change(215)
    assert [(boot, sequence) for boot, sequence, _ in town.delivered] == [(1, 0), (1, 1), (1, 2)]
    (arrival,) = {tick for _, _, tick in town.delivered}
    assert 200_006 <= arrival <= 215_000, "after a login of 4 ms"
    assert town.gateways.close() == ()
