"""The JSON Schema of campaign files, as it is shipped for editors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def campaign_schema() -> Mapping[str, Any]:
    """Draft 2020-12, for `schema: stadtwerk/campaign/1`."""
    text = files("scenarios").joinpath("schema", "campaign-1.schema.json").read_text(encoding="utf-8")
    schema: Mapping[str, Any] = json.loads(text)
    return schema
