"""What would be changed in a city, as campaigns write their measures and scenarios the cure of a weakness."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from pydantic import BeforeValidator, Field, TypeAdapter, ValidationInfo

from simulator.contracts.component import Value
from simulator.contracts.entries import ComponentRow, LinkRow
from simulator.contracts.model import Mistakes, Model, Share
from simulator.contracts.words import Words

_ = Words("resilience")

TARGETS = ("component", "components", "link", "links")
LINK_FIELDS = ("autonomy_min", "latency_ms", "loss")


class _Selected(Model):
    @classmethod
    def check(cls, fields: Mapping[str, Any], context: Any, mistakes: Mistakes) -> None:
        if fields.keys() >= cls.model_fields.keys() - {"together_"} and not any(fields.values()):
            mistakes.wrong((), _("is empty"), _("say by what they are meant"))


class Components(_Selected):
    """Listed components by what they are; every field given must match."""

    kind: str | None = None
    district: str | None = None
    owner: str | None = None
    maker: str | None = None


class Links(_Selected):
    """Links by what they are; every field given must match."""

    kind: str | None = None
    source: str | None = None
    target: str | None = None
    source_kind: str | None = None
    target_kind: str | None = None
    owner: str | None = None


class Chosen(Model):
    """What of the city is meant: one of these."""

    component: str | None = None
    """one component of the city"""
    components: Components | None = None
    link: str | None = None
    """one link of the city"""
    links: Links | None = None


def _row(of: type[ComponentRow] | type[LinkRow]) -> BeforeValidator:
    """Rows are read by the rules of tables, which know JSON; a scenario is read as the values that YAML gives."""
    adapter: TypeAdapter[Any] = TypeAdapter(of)

    def made(value: object, info: ValidationInfo) -> object:
        if info.mode == "json" or not isinstance(value, dict):
            return value
        return adapter.validate_json(orjson.dumps(value))

    return BeforeValidator(made)


class Added(Model):
    """New components and links, as a city's tables have them."""

    components: list[Annotated[ComponentRow, _row(ComponentRow)]] | None = None
    links: list[Annotated[LinkRow, _row(LinkRow)]] | None = None

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: Any, mistakes: Mistakes) -> None:
        if {"components", "links"} <= fields.keys() and not any(fields.values()):
            mistakes.wrong((), _("adds nothing"), _("list components or links"))


class Setting(Chosen):
    """What is set (component, components, link or links), and its new values."""

    parameters: dict[str, Value] | None = Field(None, min_length=1)
    """new parameters of the component"""
    autonomy_min: float | None = Field(None, ge=0)
    """minutes that the target goes on without the link"""
    latency_ms: float | None = Field(None, ge=0)
    """delay of a message over the link"""
    loss: Share | None = None
    """share of messages lost on the link"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: Any, mistakes: Mistakes) -> None:
        if not fields.keys() >= {*TARGETS, "parameters", *LINK_FIELDS}:
            return  # what is missing is broken, and told
        named = [name for name in TARGETS if fields[name] is not None]
        values = [name for name in ("parameters", *LINK_FIELDS) if fields[name] is not None]
        if len(named) != 1:
            mistakes.wrong((), _("does not name one thing to set"), _("name one of: {names}", names=", ".join(TARGETS)))
        elif not values:
            mistakes.wrong(
                (), _("gives no new value"), _("write one of: parameters, {names}", names=", ".join(LINK_FIELDS))
            )
        for name in values if len(named) == 1 else ():
            if named[0].startswith("link") == (name == "parameters"):
                mistakes.wrong(name, _("is nothing that a {name} has", name=named[0].rstrip("s")), _("leave it out"))


class Changed(Model):
    """What would be added to a city, and what would be set otherwise."""

    add: Added | None = None
    set: list[Setting] | None = Field(None, min_length=1)
    """new values for what is there"""

    @classmethod
    def check(cls, fields: Mapping[str, Any], context: Any, mistakes: Mistakes) -> None:
        if {"add", "set"} <= fields.keys() and fields["add"] is None and fields["set"] is None:
            mistakes.wrong((), _("changes nothing"), _("say what it would `add` or `set`"))
