"""Mutants of a file: a few changes, each at a place, of a kind that people, programs and attackers make."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

BAIT = "@bait@"
"""Stands for the path of a file that nobody may open; who opens it all the same never comes back."""
TRAP = "stadtwerk_trap"
"""The name of a module that nobody may load."""

NUMBERS = (
    "0", "-1", "1e999", "-1e308", "1e-320", "nan", "inf", "-inf", "99999999999999999999", "2147483648", "1,5", "80%",
    "", "0x10", "1e5", "-0.0", "1_000", "12.5.2026", "٣", "9" * 400,
)  # fmt: skip
WORDS = (
    BAIT, f"file://{BAIT}", f"../../..{BAIT}", "package:" + TRAP + "/x", TRAP, f"{TRAP}.part", "/dev/zero",
    "http://127.0.0.1:9/x", "", " ", "x" * 5000, "ÄÖÜ ß", "a b", "null", "true", "~", "{", "]", '"', "'", ";", "&x *x",
    "!!python/object/apply:os.system ['true']", "<<: *x", "\ud800", "e\u0301", "\u202e", "%s%n", "${HOME}", "-" * 300,
    "[" * 3000, "{" * 500, "None", "NaN", "d1", "city", "0", "1",
)  # fmt: skip
BYTES = (b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xe4", b"\r", b"\n\n", b"\t", b"\x1b[2J", b"\x85", b"\xed\xa0\x80")
LINES = (
    "HYDRAULICS SAVE @bait@", "HYDRAULICS USE @bait@", "MAP @bait@", "FILE @bait@", "[FILES]\nSAVE HYDRAULICS @bait@",
    "[FILES]\nUSE RAINFALL \"@bait@\"", "[REPORT]\nFILE @bait@",
    "[RULES]\nRULE 1\nIF TANK X LEVEL > 1\nTHEN PUMP Y STATUS = OPEN",
    "[TIMESERIES]\nTS1 FILE \"@bait@\"", "a: &a [*a]", "x: &x {y: *x}", ",,,,,,,,", "[END]", "- - - - - -", "[" , "{}",
)  # fmt: skip
STRANGE: tuple[Any, ...] = (
    None, True, -1, 0, 1e300, float("nan"), float("inf"), 10**40, "", "x" * 5000, [], {}, [[]], [None], {"": 1}, "ÄÖ ß",
    BAIT, {"_module": TRAP, "_class": "X", "_object": "1"}, {"_module": "os", "_class": "system", "_object": BAIT},
    [[[[[[[[1]]]]]]]], {"type": "Point", "coordinates": [1]}, "2026-13-45T99:99", -0.0, "1e999", 2**63, False,
)  # fmt: skip

_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_WORD = re.compile(r"[A-Za-z_ÄÖÜäöü][\wÄÖÜäöü./:-]*")


@dataclass(frozen=True, slots=True)
class Change:
    """One change: what is done, where (0 the beginning, 1 the end), and which of what could be put there."""

    kind: str
    place: float
    pick: int


def _line(text: str, place: float) -> tuple[list[str], int]:
    lines = text.splitlines(keepends=True) or [""]
    return lines, min(len(lines) - 1, int(place * len(lines)))


def _token(pattern: re.Pattern[str], text: str, place: float) -> re.Match[str] | None:
    at = int(place * len(text))
    return pattern.search(text, at) or pattern.search(text)


def _put(pattern: re.Pattern[str], text: str, place: float, value: str) -> str:
    found = _token(pattern, text, place)
    return text if found is None else text[: found.start()] + value + text[found.end() :]


def _drop(text: str, place: float, pick: int) -> str:
    lines, at = _line(text, place)
    return "".join(lines[:at] + lines[at + 1 + pick % 3 :])


def _twice(text: str, place: float, pick: int) -> str:
    lines, at = _line(text, place)
    return "".join(lines[:at] + [lines[at]] * (1 + pick % 40) + lines[at:])


def _swap(text: str, place: float, pick: int) -> str:
    lines, at = _line(text, place)
    other = pick % len(lines)
    lines[at], lines[other] = lines[other], lines[at]
    return "".join(lines)


def _put_line(text: str, place: float, pick: int) -> str:
    lines, at = _line(text, place)
    return "".join([*lines[:at], LINES[pick % len(LINES)] + "\n", *lines[at:]])


def _insert(text: str, place: float, pick: int) -> str:
    at = int(place * len(text))
    return text[:at] + WORDS[pick % len(WORDS)] + text[at:]


def _cut(text: str, place: float, pick: int) -> str:
    at = int(place * len(text))
    return text[:at] + text[at + 1 + pick % 60 :]


def _byte(text: str, place: float, pick: int) -> str:
    at, new = int(place * len(text)), BYTES[pick % len(BYTES)].decode("latin-1")
    return text[:at] + new + text[at + pick % 2 :]


def _borrow(text: str, place: float, pick: int) -> str:
    """A word of the file at the place of another one: what is named twice, or by the wrong name."""
    words = _WORD.findall(text)
    return _put(_WORD, text, place, words[pick % len(words)]) if words else text


def _sign(text: str, place: float, pick: int) -> str:
    signs = ",;\t:{}[]\"'#\n-="
    at = int(place * len(text))
    return text[:at] + signs[pick % len(signs)] + text[at + 1 :]


def _value(text: str, place: float, pick: int) -> str:
    """Another value somewhere in a JSON file, also in a text of JSON within it."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return _sign(text, place, pick)
    spots: list[tuple[Any, Any]] = []
    _spots(data, spots)
    if not spots:
        return json.dumps(STRANGE[pick % len(STRANGE)])
    holder, key = spots[min(len(spots) - 1, int(place * len(spots)))]
    inner = holder[key]
    if isinstance(inner, str) and inner[:1] in "{[" and pick % 4:
        holder[key] = _value(inner, (place * len(spots)) % 1, pick // 4)
    elif pick % 11 == 0:
        del holder[key]
    else:
        holder[key] = STRANGE[pick % len(STRANGE)]
    return json.dumps(data)


def _spots(data: Any, spots: list[tuple[Any, Any]]) -> None:
    if len(spots) > 5000:
        return
    if isinstance(data, dict):
        for key in data:
            spots.append((data, key))
            _spots(data[key], spots)
    elif isinstance(data, list):
        for i, one in enumerate(data[:200]):
            spots.append((data, i))
            _spots(one, spots)


KINDS: Mapping[str, Callable[[str, float, int], str]] = {
    "number": lambda text, place, pick: _put(_NUMBER, text, place, NUMBERS[pick % len(NUMBERS)]),
    "word": lambda text, place, pick: _put(_WORD, text, place, WORDS[pick % len(WORDS)]),
    "borrow": _borrow,
    "drop": _drop,
    "twice": _twice,
    "swap": _swap,
    "line": _put_line,
    "insert": _insert,
    "cut": _cut,
    "byte": _byte,
    "sign": _sign,
    "end": lambda text, place, pick: text[: int(place * len(text))],
    "value": _value,
}


def mutant(content: bytes, changes: Sequence[Change], bait: str) -> bytes:
    """The file after these changes."""
    text = content.decode("latin-1")
    for change in changes:
        text = KINDS[change.kind](text, min(max(change.place, 0.0), 1.0), change.pick)
        text = "".join(
            one if ord(one) < 256 else one.encode("utf-8", "surrogatepass").decode("latin-1") for one in text
        )
    return text.replace(BAIT, bait).encode("latin-1")


def drawn(seed: str, json_file: bool) -> tuple[Change, ...]:
    """The changes that belong to a seed."""
    source = random.Random(seed)
    kinds = [*KINDS] + ["value"] * (8 if json_file else 0)
    count = source.choice((1, 1, 1, 2, 2, 3, 5))
    return tuple(Change(source.choice(kinds), source.random(), source.randrange(1 << 16)) for _ in range(count))
