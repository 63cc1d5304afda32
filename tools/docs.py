"""Hooks of the documentation site: pages from elsewhere in the repository, notebooks, and links to any file of it.

A page keeps the links that work where people read it as a file. Here they are turned to the page or file of the site; a
link to a folder, which a site cannot show, becomes plain text.
"""

from __future__ import annotations

import base64
import json
import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[1]

PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "THIRD_PARTY.md": "third-party.md",
    "deploy/compose/README.md": "deploy/compose.md",
    "deploy/mosquitto/README.md": "deploy/mosquitto.md",
}
"""Pages outside docs/, by their place in the repository, and their place on the site."""

PLACES = {place: source for source, place in PAGES.items()}
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)|!\[([^\]]*)\]\(([^)\s]+)\)")


def on_files(files: Any, config: Any) -> Any:
    """Add the pages from elsewhere, and every file that a page links to."""
    for source, place in PAGES.items():
        files.append(File.generated(config, place, content=(ROOT / source).read_text(encoding="utf-8")))
    for path in sorted((ROOT / "docs" / "notebooks").glob("*.ipynb")):
        for place, content in _notebook(path).items():
            files.append(File.generated(config, place, content=content))
    for file in list(files):
        if file.is_documentation_page() and file.src_uri.endswith(".md"):
            for target in _targets(file):
                place = _place(target)
                if place not in files.src_uris and (ROOT / target).is_file():
                    files.append(File.generated(config, place, content=(ROOT / target).read_bytes()))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Links as the site needs them."""
    source = _source(page.file.src_uri)

    def turned(match: re.Match[str]) -> str:
        text, link = match[1] if match[2] else match[3], match[2] or match[4]
        target, _, anchor = link.partition("#")
        if "://" in link or not target:
            return match[0]
        target = _resolved(source, target)
        if (ROOT / target).is_dir():
            return text
        there = posixpath.relpath(_place(target), posixpath.dirname(page.file.src_uri) or ".")
        return f"{'' if match[2] else '!'}[{text}]({there}{'#' + anchor if anchor else ''})"

    return LINK.sub(turned, markdown)


def _notebook(path: Path) -> dict[str, str | bytes]:
    """A notebook as a page, and the drawings on it, by their places on the site."""
    found: dict[str, str | bytes] = {}
    parts: list[str] = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code":
            parts.append(source)
            continue
        parts.append(f"```python\n{source}\n```")
        for output in cell["outputs"]:
            if output["output_type"] == "stream":
                parts.append(f"```text\n{''.join(output['text']).rstrip()}\n```")
            elif "image/png" in output.get("data", {}):
                name = f"{path.stem}-{len(found) + 1}.png"
                found[f"notebooks/{name}"] = base64.b64decode("".join(output["data"]["image/png"]))
                parts.append(f"![what the cell draws]({name})")
    return {**found, f"notebooks/{path.stem}.md": "\n\n".join(parts) + "\n"}


def _source(place: str) -> str:
    """Where a page of the site stands in the repository."""
    return PLACES.get(place, f"docs/{place}")


def _place(source: str) -> str:
    """Where a file of the repository stands on the site."""
    if source in PAGES:
        return PAGES[source]
    if source.startswith("docs/"):
        return source.removeprefix("docs/")
    return f"files/{source}" if "." in posixpath.basename(source) else f"files/{source}.txt"


def _resolved(source: str, link: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(source), link))


def _targets(file: Any) -> set[str]:
    source = _source(file.src_uri)
    links = (match[2] or match[4] for match in LINK.finditer(file.content_string))
    return {_resolved(source, link.partition("#")[0]) for link in links if "://" not in link and link[0] != "#"}
