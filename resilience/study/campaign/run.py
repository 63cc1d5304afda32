"""One run of a campaign with what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from resilience.judge.figures import RunFigures
from resilience.study.campaign.campaign import Case


@dataclass(frozen=True, slots=True)
class CampaignRun:
    """A case, the measure it was run with (`today`: none), and its figures, or the reason why there are none."""

    case: Case
    measure: str
    figures: RunFigures | None
    error: str = ""
