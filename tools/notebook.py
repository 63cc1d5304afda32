"""Runs the notebooks of the documentation and keeps what their cells print and draw: `python -m tools.notebook`.

A test runs the same and holds what is printed equal to what is kept.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "notebooks"
PATIENCE_S = 300


def executed(path: Path) -> Any:
    """The notebook with the outputs of a run in a fresh kernel. Raises `CellExecutionError` where a cell fails."""
    import nbformat
    from nbclient import NotebookClient
    from traitlets.config import Config

    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as place:  # sockets in a folder of our own in place of open ports
        asked = Config(AsyncKernelManager={"transport": "ipc", "ip": f"{place}/kernel"})
        resources = {"metadata": {"path": ROOT}}
        NotebookClient(notebook, kernel_name="python3", config=asked, timeout=PATIENCE_S, resources=resources).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # the time of day at which it ran
        if cell.cell_type == "code":  # remarks of libraries name folders of this machine
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    return notebook


def printed(notebook: Any) -> list[str]:
    """What each cell of code prints, drawings left out."""
    return [
        "".join(output.text for output in cell.outputs if output.output_type == "stream" and output.name == "stdout")
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


if __name__ == "__main__":
    import nbformat

    for path in sorted(FOLDER.glob("*.ipynb")):
        nbformat.write(executed(path), path)
        print(path.relative_to(ROOT), file=sys.stderr)
