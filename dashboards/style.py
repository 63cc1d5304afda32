"""What panels have in common: colours from a value on, and properties of single fields."""

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard as build_dashboard
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard as model

from dashboards import palette
from simulator.contracts.words import Words

_ = Words("dashboards")

PanelOf = Builder[model.Panel]
"""A panel that is not finished yet."""

NOTHING = _("nothing here")


def prop(name: str, value: object) -> model.DynamicConfigValue:
    return model.DynamicConfigValue(id_val=name, value=value)


def display_name(name: str) -> model.DynamicConfigValue:
    return prop("displayName", name)


def thresholds(*steps: tuple[float | None, str]) -> build_dashboard.ThresholdsConfig:
    """Colours from a value on; the first step has none."""
    made = [model.Threshold(value=value, color=colour) for value, colour in steps]
    return build_dashboard.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(made)


def plain() -> build_dashboard.ThresholdsConfig:
    return thresholds((None, palette.BLUE))


def bad_from(value: float) -> build_dashboard.ThresholdsConfig:
    """Green below, vermilion from this value on."""
    return thresholds((None, palette.GREEN), (value, palette.VERMILION))


def by_threshold() -> build_dashboard.FieldColor:
    return build_dashboard.FieldColor().mode(model.FieldColorModeId.THRESHOLDS)
