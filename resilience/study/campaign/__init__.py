"""Campaigns: many runs under drawn conditions, and what candidate measures would buy. Running them is for others.

campaign      what a campaign asks, as records
distribution  what is drawn from
model         the file: read, checked, explained and documented by one declaration
sampling      the cases that are drawn
apply         a case's values put into scenario and city
check         every case looked at before any is run
run           one run with what came of it
statistics    percentiles, shares and means with intervals
risks         which fault costs how much, where, and whose it is
effect        a measure beside today, in pairs
content       everything that the report says
words         its words, each beside its translation
chart         how often it gets worse, drawn
measures      what measures would buy, as a section
report        the report as a page
"""
