"""Names of components that a rule gives: a code with parameters, put into words where people read.

A title that its owner wrote is no such name; it stays as it is, in every language.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.contracts.words import Message

Given = tuple[str, ...]
"""A name that was given: the name of its code, and then its parameter, which may be a given name itself."""


@dataclass(frozen=True, slots=True, eq=False)
class NameCode:
    """One way to name a component. `words` have at most one blank: `{name}`, which is shown as it is, or `{served}`,
    which is the given name (or title) of something else.
    """

    name: str
    words: Message

    def __call__(self, parameter: str | Given = ()) -> Given:
        """The name of one component."""
        return (self.name, parameter) if isinstance(parameter, str) else (self.name, *parameter)
