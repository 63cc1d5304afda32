"""What a pandapower JSON file may hold, looked at before pandapower reads it.

Such a file names Python classes, and reading it loads the module of each: whoever writes the file chooses what is run.
So only tables and numbers are handed on. Objects of pandapower itself (controllers, characteristics, graphs) are left
out and counted; anything else is refused. Nothing is loaded or opened to find that out.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import Words

_ = Words("simulator.city")

NET = ("pandapower.auxiliary", "pandapowerNet")
PANDAS = {
    (module, name) for name, own in (("DataFrame", "frame"), ("Series", "series"))
    for module in ("pandas", f"pandas.core.{own}")
}  # fmt: skip
SETTINGS = {
    "orient": str,
    "dtype": dict,
    "typ": str,
    "is_multiindex": bool,
    "is_multicolumn": bool,
    "index_name": object,
    "index_names": object,
    "column_name": object,
    "column_names": object,
}
"""What pandapower writes beside a table. All but a few are handed to `pandas.read_json` as they stand, which has
arguments that open and unpack files: others are refused."""
ORIENTS = ("split", "columns", "index", "records", "values")
PLAIN = "numpy"
"""Numbers and arrays of numpy, which become plain ones."""
OWN = ("pandapower", "networkx")
"""Packages whose objects are left out: they say how a net is controlled or drawn, not what it is."""


@dataclass
class _Reading:
    """One file under way: what was left out (class and how often), what is refused (place, module, class), and what is
    no part of a table (place, name)."""

    left_out: Counter[str] = field(default_factory=Counter)
    refused: dict[tuple[str, str, str], None] = field(default_factory=dict)
    broken: dict[tuple[str, str], None] = field(default_factory=dict)


class _LeftOut:
    """Stands where an object was."""


LEFT_OUT = _LeftOut()


def plain_net(path: Path) -> tuple[str, dict[str, int]]:
    """The text of a pandapower file with nothing in it but tables and numbers, and what was left out, by class.

    Raises `BadInput` for a file that is no JSON, and for each place that would load a module or open a file.
    """
    name, fix = str(path), _("save it with pandapower.to_json")
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
        reading = _Reading()
        net = _plain(found, "", reading)
    except UnicodeDecodeError:
        raise BadInput([Problem(name, 0, "file", _("is not text in UTF-8"), fix)]) from None
    except json.JSONDecodeError as error:
        what = _("is no JSON: {error}", error=error.msg)
        raise BadInput([Problem(name, error.lineno, "file", what, fix)]) from None
    except RecursionError:
        raise BadInput([Problem(name, 0, "file", _("is nested too deeply"), fix)]) from None
    problems = [
        Problem(
            name,
            0,
            where or "file",
            _("would load {name} of the module {module}", name=kind, module=module),
            _("a grid file holds tables and numbers only: take it out of the net and save that again"),
        )
        for where, module, kind in reading.refused
    ]
    problems += [
        Problem(name, 0, where or "file", _("{name} is no setting of a table", name=what), fix)
        for where, what in reading.broken
    ]
    if problems:
        raise BadInput(problems)
    return json.dumps(net), dict(sorted(reading.left_out.items()))


def _plain(value: Any, where: str, reading: _Reading) -> Any:
    if isinstance(value, list):
        return [_put(_plain(one, where, reading)) for one in value]
    if not isinstance(value, dict):
        return value
    if "_module" not in value or "_class" not in value:
        inside = {key: _plain(one, f"{where}.{key}" if where else key, reading) for key, one in value.items()}
        return {key: one for key, one in inside.items() if one is not LEFT_OUT}
    module, kind = str(value.get("_module")), str(value.get("_class"))
    if (module, kind) == NET:
        return _net(value, where, reading)
    if (module, kind) in PANDAS:
        return _table(value, where, reading)
    if module == PLAIN and "_object" in value:
        return _plain(value["_object"], where, reading)
    if module.partition(".")[0] in OWN:
        reading.left_out[kind] += 1
        return LEFT_OUT
    reading.refused[where, module, kind] = None
    return LEFT_OUT


def _put(value: Any) -> Any:
    return None if value is LEFT_OUT else value


def _net(value: dict[str, Any], where: str, reading: _Reading) -> dict[str, Any]:
    """A net; old files hold it as a text within the text."""
    inside = value.get("_object", {key: one for key, one in value.items() if key not in ("_module", "_class")})
    if isinstance(inside, str):
        inside = json.loads(inside)
    return {"_module": NET[0], "_class": NET[1], "_object": _plain(inside, where, reading)}


def _table(value: dict[str, Any], where: str, reading: _Reading) -> Any:
    """A table as it is written, without rows that hold an object; its content is a text of its own."""
    table = dict(value)
    for key, one in value.items():
        if key in ("_module", "_class", "_object"):
            continue
        fits = key in SETTINGS and isinstance(one, SETTINGS[key]) and (key != "orient" or one in ORIENTS)
        if not fits or not _is_plain(one):
            reading.broken[where, key] = None
    content = table.get("_object")
    if isinstance(content, str):
        try:
            content = json.loads(content)
        except json.JSONDecodeError:  # pandas would take it for the name of a file
            reading.broken[where, "_object"] = None
            return LEFT_OUT
    if not isinstance(content, dict | list):
        reading.broken[where, "_object"] = None
        return LEFT_OUT
    plain = _rows(content, where, reading) if _is_split(content) else _put(_plain(content, where, reading))
    if plain != content or not isinstance(table["_object"], str):
        table["_object"] = json.dumps(plain)
    return table


def _is_plain(value: Any) -> bool:
    """Whether a setting is a name or a number, or a list or table of these: no object hides in it."""
    if isinstance(value, dict):
        return all(isinstance(one, str) for one in value.values())
    return all(_is_plain(one) for one in value) if isinstance(value, list) else True


def _is_split(content: Any) -> TypeGuard[dict[str, Any]]:
    return (
        isinstance(content, dict)
        and isinstance(content.get("data"), list)
        and isinstance(content.get("index"), list)
        and len(content["data"]) == len(content["index"])
    )


def _rows(content: dict[str, Any], where: str, reading: _Reading) -> dict[str, Any]:
    """The rows of a table that hold no object; a row is nothing without what it is about."""
    columns = content.get("columns") if isinstance(content.get("columns"), list) else []
    index, data = [], []
    for label, row in zip(content["index"], content["data"], strict=True):
        cells = row if isinstance(row, list) else [row]
        places = [f"{where}.{columns[i]}" if columns and i < len(columns) else where for i in range(len(cells))]
        made = [_plain(cell, place, reading) for cell, place in zip(cells, places, strict=True)]
        if LEFT_OUT not in made:
            index.append(_put(_plain(label, where, reading)))
            data.append(made if isinstance(row, list) else made[0])
    return {**content, "index": index, "data": data}
