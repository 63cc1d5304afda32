"""Built dashboards against Grafana's published schema, the types of its npm package: `tsc` finds what differs."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.grafana.grafana import pages

SCHEMA = Path(__file__).with_name("schema")
NODE = shutil.which("node")
TSC = SCHEMA / "node_modules" / "typescript" / "bin" / "tsc"

pytestmark = pytest.mark.skipif(
    NODE is None or not TSC.is_file(), reason="needs node, and: npm ci --prefix tests/grafana/schema"
)


def complaints(place: Path, boards: dict[str, str]) -> list[str]:
    """What the compiler says of dashboards, by name, each a JSON text."""
    for name, board in boards.items():
        text = f"import type {{ Board }} from '{SCHEMA / 'board'}';\nexport const board: Board = {board};\n"
        (place / f"{name}.ts").write_text(text, encoding="utf-8")
    options = {"strict": True, "noEmit": True, "module": "esnext", "moduleResolution": "bundler", "target": "es2022"}
    files = {
        "compilerOptions": {**options, "skipLibCheck": True, "types": []},
        "files": [f"{name}.ts" for name in boards],
    }
    (place / "tsconfig.json").write_text(json.dumps(files), encoding="utf-8")
    command = [str(NODE), str(TSC), "-p", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=170)
    return [line for line in done.stdout.splitlines() if "error" in line]


def test_every_dashboard_has_the_types_that_grafana_publishes(tmp_path: Path) -> None:
    boards = {path.stem: path.read_text(encoding="utf-8") for path in pages("de")}
    good = boards["water"]
    spoilt = {
        "no_such_field": good.replace('"noValue"', '"noSuchField"', 1),
        "no_such_word": good.replace('"stepAfter"', '"stepLater"', 1),
        "another_type": good.replace('"decimals": 0', '"decimals": "0"', 1),
        "no_such_panel": good.replace('"type": "geomap"', '"type": "globe"', 1),
    }
    assert all(board != good for board in spoilt.values())
    found = complaints(tmp_path, boards | spoilt)
    assert {line.split(".ts(")[0].rpartition("/")[2] for line in found} == set(spoilt), found[:5]
