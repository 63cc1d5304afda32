"""Layers of the demo city that catalogues declare: laid in their order, or left out by name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.city.draft import CityDraft
from simulator.city.generator.town import Town, with_declared_layers
from simulator.contracts.catalogue import TownLayer
from simulator.contracts.problem import BadInput
from simulator.contracts.registry import registry
from stadtwerk.library import DEMO_WITHOUT, demo_folder


def ferry(town: Town) -> CityDraft:
    return replace(town.draft, name=f"{town.draft.name}+ferry")


def tram(town: Town) -> CityDraft:
    return replace(town.draft, name=f"{town.draft.name}+tram")


@pytest.fixture
def layers(monkeypatch: pytest.MonkeyPatch) -> None:
    declared = (TownLayer("tram", f"{__name__}:tram", 1), TownLayer("ferry", f"{__name__}:ferry", 2))
    monkeypatch.setattr(registry(), "layers", {layer.name: layer for layer in declared})


def generate(*without: str) -> str:
    town = Town(CityDraft("town", "Town", "Stadt", 0.0, 0.0), None, None, None)  # type: ignore[arg-type]
    return with_declared_layers(town, without).name


def test_layers_come_in_their_order_and_can_be_left_out(layers: None) -> None:
    assert generate() == "town+tram+ferry"
    assert generate("tram") == "town+ferry"
    assert generate("ferry", "tram") == "town"
    with pytest.raises(KeyError, match="boat"):
        generate("boat")


def test_a_layer_that_is_none_is_told_with_the_near_miss(layers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DEMO_WITHOUT, "fery")
    with pytest.raises(BadInput) as told:
        demo_folder()
    assert "ferry" in told.value.problems[0].fix
