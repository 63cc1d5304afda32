"""A thing's names stand in the thing's folder."""

from __future__ import annotations

import json

from tests.contracts.names import LEFT, left


def test_the_list_of_modules_that_name_things_of_others_only_shrinks() -> None:
    allowed = json.loads(LEFT.read_text(encoding="utf-8"))
    more = [
        f"{where}: {sum(names.values())} names that are at home elsewhere, {allowed.get(where, 0)} were left: "
        f"{', '.join(names)}"
        for where, names in left().items()
        if sum(names.values()) > allowed.get(where, 0)
    ]
    assert not more, "let the thing declare the role it plays:\n" + "\n".join(more)
