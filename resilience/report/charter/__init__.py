"""The charter report: one row for each clause of the Smart City Charter, from a set of runs and checks of one city.

evidence   what a check of data or interfaces came to, and a run as the report sees it
grid       the rows: each clause with the runs and checks that speak for or against it, and findings by owner
content    everything the report shows, as records; whether a clause is shown, with a known weakness, or not
compose    builds the content
texts      the words of the report
page       the content as one HTML page, as Markdown and as JSON
"""

from resilience.report.charter.compose import compose_charter
from resilience.report.charter.content import CharterContent
from resilience.report.charter.evidence import CharterRun, ClauseEvidence
from resilience.report.charter.page import charter_json, charter_markdown, charter_page

__all__ = [
    "CharterContent",
    "CharterRun",
    "ClauseEvidence",
    "charter_json",
    "charter_markdown",
    "charter_page",
    "compose_charter",
]
