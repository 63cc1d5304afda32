"""The schemas and the AsyncAPI document as files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gateways.wire.schemas.asyncapi import document
from gateways.wire.schemas.messages import SCHEMAS


def files() -> dict[str, str]:
    """Content by name, relative to the folder of the documents."""
    found = {f"schemas/{name}.schema.json": _text(schema) for name, schema in SCHEMAS.items()}
    return {"asyncapi.json": _text(document()), **found}


def write(folder: Path) -> None:
    """Write all of them into a folder, over what is there."""
    for name, text in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
