"""A supply that remembers whom anybody asked about, to prove that what nobody asked about made no difference."""

from __future__ import annotations

from simulator.contracts.link import Link, LinkKind
from simulator.contracts.registry import registry
from simulator.coupling.supply import Supply


class WitnessSupply(Supply):
    """Notes every link whose state is read, whoever reads it and whatever for.

    What a cut changes by itself is the state of its link, and of the target's feed of that kind. All of that is private
    to the supply and leaves it only through the questions below, through calls to who watches the link or its target,
    and, for power, through what works. So if from a moment on nobody asks about a link that carries no power, and
    nobody watches it or its target, a run in which it is cut from then on goes the same way, event for event, apart
    from the log of the cut itself: see `indifferent`.

    A handler of `link-cut` outside the supply is the one other way; the data network has it, for data links.
    """

    _asked: set[tuple[str, LinkKind]] | None = None

    def begin_noting(self) -> None:
        """Forget what was asked until now."""
        self._asked = set()

    def indifferent(self) -> frozenset[str]:
        """Links of which it can be proved that cutting them since `begin_noting` would have changed nothing else."""
        asked, watched = self._asked or set(), self._watchers.keys()
        return frozenset(
            link.id
            for link in self._city.links.values()
            if registry().links[link.kind].private
            and (link.target, link.kind) not in asked
            and link.id not in watched
            and link.target not in watched
        )

    def _note(self, component: str, kind: LinkKind) -> None:
        if self._asked is not None:
            self._asked.add((component, kind))

    def link_up(self, link: str) -> bool:
        found = self._city.links[link]
        self._note(found.target, found.kind)
        return super().link_up(link)

    def mains(self, component: str, kind: LinkKind) -> bool:
        self._note(component, kind)
        return super().mains(component, kind)

    def live_links(self, component: str, kind: LinkKind) -> tuple[Link, ...]:
        self._note(component, kind)
        return super().live_links(component, kind)

    def autonomy_left_s(self, component: str, kind: LinkKind) -> float:
        self._note(component, kind)
        return super().autonomy_left_s(component, kind)

    def fed(self, component: str, kind: LinkKind) -> bool:
        self._note(component, kind)
        return super().fed(component, kind)

    def _refresh_link(self, link: Link, cause: int | None) -> None:
        self._note(link.target, link.kind)
        super()._refresh_link(link, cause)
