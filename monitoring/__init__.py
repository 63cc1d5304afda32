"""The control room: what a town makes of the readings that reach it.

It knows delivered readings only, never the truth of a simulation, and serves a utility's own records just as well:

    recording    readings on a common clock, from CSV and Parquet files of anybody's
    forest       boosted trees, learned once and kept as plain numbers
    forecast     what each series should be, given all others and what came before
    detectors    what finds that something is out of the ordinary, each with one kind of evidence
    baseline     what is normal, learned from quiet times and kept in a folder
    watch        alarms with their life, from a recording and a baseline
    plot         the series with their alarms, to be looked at
"""
