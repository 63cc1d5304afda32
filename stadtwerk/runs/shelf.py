"""What runs have left: run folders below a folder and what the cache holds, how large and how old, and how it goes."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.words import Words
from stadtwerk.library import cache_folder
from stadtwerk.runs.folder import UNDELIVERED

_ = Words("stadtwerk.runs")

DEPTH = 3
"""A suite's, campaign's or comparison's folder holds runs in folders of its own, no deeper than this."""
PAGE = "report.html"


@dataclass(frozen=True, slots=True)
class Left:
    """One run folder, or one entry of a cache with all of its files. `held` says why it is not to be removed."""

    path: Path
    what: str
    verdict: str
    bytes: int
    written: float
    files: tuple[Path, ...] = ()
    held: bool = False


def runs_below(folders: Iterable[Path]) -> list[Left]:
    """The finished runs that are these folders or lie in them, by path. Raises `BadInput` for a folder that is none."""
    problems, found = [], {}
    for folder in folders:
        if not folder.is_dir():
            what, fix = _("is no folder"), _("name a folder that holds runs")
            problems.append(Problem(str(folder), 0, "FOLDER", what, fix))
            continue
        for depth in range(DEPTH + 1):
            for record in folder.glob("/".join(["*"] * depth + ["run.json"])):
                inside = record.parent.relative_to(folder).parts
                if not any(part.startswith(".") for part in inside) and (one := _run(record)) is not None:
                    found[one.path] = one
    if problems:
        raise BadInput(problems)
    return [found[path] for path in sorted(found)]


def _run(record: Path) -> Left | None:
    """A folder as its record tells of it; None for a record of something else."""
    try:
        said = json.loads(record.read_text(encoding="utf-8"))
        if not str(said["schema"]).startswith("stadtwerk/run/"):
            return None
        what, verdict = f"{said['scenario']}, {said['city']}, seed {said['seed']}", str(said.get("verdict", ""))
    except (OSError, ValueError, LookupError, TypeError):
        return None
    folder = record.parent
    return Left(folder, what, verdict, _size(folder), record.stat().st_mtime, held=(folder / UNDELIVERED).exists())


def kept_in_cache() -> list[Left]:
    """What is kept between runs: cities that were built, days without faults, variants that were lived through."""
    found = []
    root = cache_folder().parent
    for kind in sorted(one for one in root.glob("*") if one.is_dir()):
        entries: dict[str, list[Path]] = {}
        for path in kind.iterdir():
            entries.setdefault(path.name if path.is_dir() else path.stem, []).append(path)
        for paths in (sorted(entries[name]) for name in sorted(entries)):
            size, written = sum(_size(path) for path in paths), max(path.stat().st_mtime for path in paths)
            found.append(Left(paths[0], kind.name, "", size, written, tuple(paths)))
    return found


def _size(path: Path) -> int:
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file() and not one.is_symlink()]
    return sum(one.stat().st_size for one in files)


def remove(left: Iterable[Left]) -> Iterator[Left]:
    """Remove each for good and yield it. Raises `BadInput` for those that the system does not let go, at the end."""
    problems = []
    for one in left:
        try:
            for path in one.files or (one.path,):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()
        except OSError as error:
            what = _("cannot be removed ({reason})", reason=reason_of(error))
            problems.append(Problem(str(one.path), 0, "FOLDER", what, _("check who may write there")))
            continue
        yield one
    if problems:
        raise BadInput(problems)


def beside_others(out: Path, lang: str, page: str = PAGE) -> Path:
    """A folder that nobody named, or one beside it that says its language where a page in another one stands there."""
    written = language_of(out / page)
    return out if written in ("", lang) else out.with_name(f"{out.name}-{lang}")


def language_of(page: Path) -> str:
    """The language that a page of ours is written in, empty where there is none."""
    try:
        with page.open(encoding="utf-8", errors="replace") as file:
            found = re.search(r'<html lang="([a-z]{2})"', file.read(2000))
    except OSError:
        return ""
    return found[1] if found else ""
