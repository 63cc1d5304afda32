"""Two runs, or two campaigns, side by side.

runs        two runs: verdicts, levels, redundancies, metrics, and what was broken
campaigns   two campaigns: how often the town held and what a case cost, in pairs where the draws are the same
"""

from resilience.study.comparison.campaigns import CampaignSide, Outcome, RunSide, compare_campaigns
from resilience.study.comparison.runs import compare_runs

__all__ = ["CampaignSide", "Outcome", "RunSide", "compare_campaigns", "compare_runs"]
