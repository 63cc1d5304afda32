"""Grafana dashboards, alert rules and provisioning as code. Nothing here runs with the town: it is built and committed.

text       words in both languages
influxql   how queries are put together, and how Grafana stores one
queries    every query
palette    colours that the colour-blind tell apart, and words for states and verdicts
panels     panels and tables, each with a unit and a description
maps       the map of a page
page       variables, links, annotations and the order of panels
shared     panels that stand on more than one page
city       the city at a glance
domain     one page for each sub-system, all in one order
resilience a resilience run
health     whether the data can be trusted
compare    two runs side by side
alerts     alert rules
provision  the files that Grafana reads at its start
build      all of it as files

`python -m dashboards` writes deploy/grafana anew.
"""
