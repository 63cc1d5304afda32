"""What a city has lived through is kept in the user's cache, under the digest of all that it depends on."""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stadtwerk.library import cache_folder
from stadtwerk.runs.basis import basis, city_digest

if TYPE_CHECKING:
    from simulator.contracts.city import City

UNUSED_FOR_S = 7 * 86400.0
"""What nobody has looked at for a week is thrown away."""


def place(kind: str, city: City, parts: Sequence[Any]) -> Path | None:
    """Where something of this kind is kept; None for a city that stands in no folder.

    `parts` is what it depends on beside the files of the city, our own source, and libraries, as JSON.
    """
    if city.folder is None:
        return None
    name = hashlib.sha256(json.dumps([basis(), city_digest(city.folder), *parts], default=dict).encode()).hexdigest()
    return cache_folder().parent / kind / f"{name[:32]}.json"


def keep(path: Path, files: Mapping[str, bytes]) -> None:
    """Write files of this name, by suffix, aside and put each in place at once; a cache that cannot be written is none.

    `.json` comes last: who finds it finds the others, and has to touch it whenever he looks at it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for other in path.parent.glob("*.json"):
            if time.time() - other.stat().st_mtime > UNUSED_FOR_S:
                for one in path.parent.glob(f"{other.stem}.*"):
                    one.unlink(missing_ok=True)
        for suffix, content in files.items():
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as aside:
                aside.write(content)
            Path(aside.name).replace(path.with_suffix(suffix))
    except OSError:
        return
