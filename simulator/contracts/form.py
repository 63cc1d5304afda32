"""The version that a file of results carries, and what becomes of one of another version: read, upgraded or refused.

Every file that a program reads back says which form it has, as `stadtwerk/run/2`. The number goes up when a reader of
the form before could no longer read the file, or would read something else than is meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.contracts.problem import BadInput, Problem, reason_of
from simulator.contracts.words import Text, Words

_ = Words("simulator.contracts")

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]
"""Makes a record of one version into one of the next."""


@dataclass(frozen=True, slots=True)
class Form:
    """One sort of file: its name, the version that is written, and how older ones become it.

    `again` says how to make a file anew that cannot be read. A version without an upgrade is refused, and so is every
    one before it; `reasons` say more of why, by the version that is refused.
    """

    name: str
    version: int
    again: Text
    upgrades: Mapping[int, Upgrade] = field(default_factory=dict)
    reasons: Mapping[int, Text] = field(default_factory=dict)

    @property
    def schema(self) -> str:
        """What a file of this form says of itself."""
        return f"stadtwerk/{self.name}/{self.version}"

    def load(self, path: Path) -> tuple[dict[str, Any], int]:
        """The record in a JSON file; see `read`. Raises `BadInput`, also where there is no such file."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadInput(
                [Problem(str(path), 0, "file", _("cannot be read ({reason})", reason=reason_of(error)), self.again)]
            ) from None
        return self.read(data, str(path))

    def read(self, data: object, file: str) -> tuple[dict[str, Any], int]:
        """A record as of this version, and the version that it had. Raises `BadInput` with the reason to refuse it."""
        said = data.get("schema") if isinstance(data, dict) else None
        stated = re.fullmatch(r"stadtwerk/([a-z-]+)/(\d+)", said) if isinstance(said, str) else None
        if stated is None or stated[1] != self.name:
            what = _("says {said} of itself", said=repr(said)) if said is not None else _("does not say what it is")
            raise BadInput(
                [
                    Problem(
                        file,
                        0,
                        "schema",
                        _("{what}; this should be {schema}", what=what, schema=self.schema),
                        self.again,
                    )
                ]
            )
        had = int(stated[2])
        record = dict(data) if isinstance(data, dict) else {}
        if had > self.version:
            what = _(
                "is version {had}, and this program understands versions up to {version}", had=had, version=self.version
            )
            raise BadInput(
                [
                    Problem(
                        file,
                        0,
                        "schema",
                        _("{what}: {schema}", what=what, schema=self.schema),
                        _("install {writer}", writer=_writer(record)),
                    )
                ]
            )
        for version in range(had, self.version):
            upgrade = self.upgrades.get(version)
            if upgrade is None:
                what = _(
                    "is version {had}, and this program understands versions from {version} on",
                    had=had,
                    version=version + 1,
                )
                raise BadInput([Problem(file, 0, "schema", self.reasons.get(had, what), self.again)])
            record = {**upgrade(record), "schema": f"stadtwerk/{self.name}/{version + 1}"}
        return record, had


def _writer(record: Mapping[str, Any]) -> Text:
    """The version of the program that wrote a record, as far as it says so."""
    versions = record.get("versions")
    wrote = versions.get("stadtwerk") if isinstance(versions, dict) else None
    return _("stadtwerk {version} or a newer one", version=str(wrote)) if wrote else _("a newer stadtwerk")
