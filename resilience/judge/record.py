"""The verdict as `verdict.json`, and back."""

from __future__ import annotations

import json
import math
from typing import Any

from resilience.judge.verdict import Category, Figure, Finding, Limit, Metric, Value, Verdict
from resilience.scenario.norms import Confidence
from simulator.contracts.words import Said, plain

FORM = "stadtwerk/verdict/1"


def verdict_json(verdict: Verdict) -> str:
    """JSON text, the same bytes for the same verdict. Numbers that are not finite become null."""
    data = {"schema": FORM, "exit_code": verdict.exit_code, **plain(verdict)}
    return json.dumps(finite(data), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def read_verdict(text: str) -> Verdict:
    """The verdict of a `verdict.json`. Raises `ValueError` if it is none."""
    try:
        data = json.loads(text)
        if data["schema"] != FORM:
            raise ValueError(f"this verdict has the form {data['schema']!r}, not {FORM!r}")
        return Verdict(
            data["scenario"],
            Said(data["title"]),
            Said(data["question"]),
            Value(data["value"]),
            Said(data["answer"]),
            tuple(_finding(item) for item in data["findings"]),
            tuple(data["charter"]),
            tuple(
                Metric(**{**row, "title": Said(row["title"]), "subject": Said(row["subject"])})
                for row in data.get("metrics", ())
            ),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"this is no verdict: {error}") from error


def _finding(data: dict[str, Any]) -> Finding:
    limit = data["limit"]
    return Finding(
        data["id"],
        Category(data["category"]),
        Value(data["value"]),
        Said(data["title"]),
        Said(data["reason"]),
        None if limit is None else Limit(**{**limit, "confidence": Confidence(limit["confidence"])}),
        None if data["actual"] is None else Figure(**data["actual"]),
        tuple(Figure(**figure) for figure in data["figures"]),
        tuple(data["subjects"]),
        data["needed"],
    )


def finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
