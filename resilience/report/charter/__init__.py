"""The charter report: one row for each clause of the Smart City Charter, from a set of runs and checks of one city.

evidence   what a check of data or interfaces came to, and a run as the report sees it
status     whether a clause is shown, shown with a known weakness, not met, or not shown
grid       the rows: each clause with the runs and checks that speak for or against it
owners     findings grouped by who answers for them
equipment  makers, and the age of components against their usual service life
content    everything the report shows, as records
compose    builds the content
view       what HTML and Markdown show beside the content itself
texts      the words of the report
page       the content as one HTML page
markdown   the content as Markdown
data       the content as JSON
"""

from resilience.report.charter.compose import compose_charter
from resilience.report.charter.content import CharterContent
from resilience.report.charter.data import charter_json
from resilience.report.charter.evidence import CharterRun, ClauseEvidence
from resilience.report.charter.markdown import charter_markdown
from resilience.report.charter.page import charter_page

__all__ = [
    "CharterContent",
    "CharterRun",
    "ClauseEvidence",
    "charter_json",
    "charter_markdown",
    "charter_page",
    "compose_charter",
]
