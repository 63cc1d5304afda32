"""Reads a page back: strict about what is opened and closed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"meta", "link", "br", "hr", "img", "input", "col", "wbr"})


@dataclass
class Node:
    tag: str
    attributes: dict[str, str]
    children: list[Node] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def all(self, tag: str = "", **attributes: str) -> list[Node]:
        """Every node below with this tag and these attributes (`class_` matches one of the classes)."""
        found = []
        for child in self.children:
            wanted = all(
                value in child.attributes.get("class", "").split()
                if name == "class_"
                else child.attributes.get(name.replace("_", "-")) == value
                for name, value in attributes.items()
            )
            if wanted and tag in ("", child.tag):
                found.append(child)
            found += child.all(tag, **attributes)
        return found

    def one(self, tag: str = "", **attributes: str) -> Node:
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} nodes are {tag} {attributes}"
        return found[0]

    @property
    def text(self) -> str:
        """All words inside, in order, with white space as a browser shows it."""
        return re.sub(r"\s+", " ", "".join(self.words)).strip()

    @property
    def data(self) -> list[float]:
        return [float(node.attributes["value"]) for node in self.all("data")]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}> at {self.getpos()}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for node in self.open:
            node.words.append(data)


def read_page(html: str) -> Node:
    """The page as a tree. Fails where a tag is left open or closed twice."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == [reader.root], f"left open: {[node.tag for node in reader.open[1:]]}"
    return reader.root


STEP = re.compile(r"([MHVZ])([-\d.]*) ?([-\d.]*)")


def corners(path: str) -> list[list[tuple[float, float]]]:
    """The corners of an SVG path of M, H, V and Z, one list a stroke."""
    strokes: list[list[tuple[float, float]]] = []
    for command, a, b in STEP.findall(path):
        if command == "M":
            strokes.append([(float(a), float(b))])
        elif command == "H":
            strokes[-1].append((float(a), strokes[-1][-1][1]))
        elif command == "V":
            strokes[-1].append((strokes[-1][-1][0], float(a)))
        else:
            strokes[-1].append(strokes[-1][0])
    return strokes
