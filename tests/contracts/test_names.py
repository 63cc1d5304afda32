"""A thing's names stand in the thing's folder."""

from __future__ import annotations

import json

from tests.contracts.names import LEFT, ROOT, homes, left, strangers, vocabularies


def test_names_of_things_outside_their_folders_only_become_fewer() -> None:
    allowed, found = json.loads(LEFT.read_text(encoding="utf-8")), left()
    more = [
        f"{where}: {sum(names.values())} names that are at home elsewhere, {allowed.get(where, 0)} were left: "
        f"{', '.join(names)}"
        for where, names in found.items()
        if sum(names.values()) > allowed.get(where, 0)
    ]
    total = sum(sum(names.values()) for names in found.values())
    assert total <= sum(allowed.values()), "let the thing declare the role it plays:\n" + "\n".join(more)


def test_a_word_that_means_something_else_is_used_where_it_is_said_to_be() -> None:
    strange, named = strangers(), homes()
    for one in vocabularies():
        # In a tree without a domain its folder is away, and nothing may be called by such a word: it is no stranger.
        for place in one.places if one.words & named.keys() else ():
            if place.endswith("/") and not (ROOT / place).is_dir():
                continue
            said = {word for where, words in strange.items() if where.startswith(place) for word in words}
            assert said & one.words, f"{place} does not use {one.meaning} any more"
