"""The report of a run, for planners and councils: one self-contained HTML page, German or English.

content        everything the page shows, as frozen records in the order of the page
compose        builds the content from city, scenario, history and verdict
cascade        what led to what, as a tree
why            what would have kept what failed, filled in later
page           turns the content into HTML, with the figures for its script
views          content grouped and worded for the template
texts          the words of the page
wording        numbers, times and durations as a reader of the language writes them
drawing        SVG as text, places on paper, step functions as paths
charts         a service level over time, and which fallback was in force when
town_map       districts, components, and what failed
"""

from resilience.report.run.content import ReportContent
from resilience.report.run.page import render, write_report

__all__ = ["ReportContent", "render", "write_report"]
