"""Campaigns: many runs under drawn conditions, and what candidate measures would buy. Running them is for others.

campaign      what a campaign asks, as records, and a run with what came of it
model         the file: read, checked, explained and documented by one declaration
distribution  what is drawn from
cases         what is drawn, put into scenario and city, and checked before any is run
statistics    percentiles, shares and means with intervals
content       everything that the report says: which fault costs how much, where, and what measures save
words         its words
report        the report as a page
"""
