"""The content of the charter report as JSON, for programs."""

from __future__ import annotations

import json
from typing import Any

from resilience.judge.record import finite
from resilience.report.charter.content import CharterContent
from simulator.contracts.words import plain

FORM = "stadtwerk/charter/1"


def charter_json(content: CharterContent) -> str:
    """JSON text in both languages, the same bytes for the same content."""
    data: dict[str, Any] = {"schema": FORM, "exit_code": content.exit_code, **plain(content)}
    return json.dumps(finite(data), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
