"""The control room: what a town makes of the readings that reach it.

It knows delivered readings only, never the truth of a simulation, and serves a utility's own records just as well:

    recording    readings on a common clock, from CSV and Parquet files of anybody's
    forest       boosted trees, learned once and kept as plain numbers
    forecast     what each series should be, given all others and what came before
    detectors    what finds that something is out of the ordinary, each with one kind of evidence
    baseline     what is normal, learned from quiet times and kept in a folder
    watch        alarms with their life, from a recording and a baseline
    plot         the series with their alarms, to be looked at

In a town it also acts. It gets looks, and gives acts:

    delivered    what reaches the room and what leaves it, as records
    playbooks    control.yaml: seats, level controls, balances, limits, and what is done on which alarm
    picture      the newest reading of each series, how old it is, and the last hour
    ordinary     how readings of different gateways belong together, and what zones draw, learned from quiet days
    reckoning    how full a store is whose reading is not believed, from what flows in and out
    detours      ring switches that are to be closed, by the voltages that arrive
    queues       signals that are to run the longest cycle, by the vehicles that were counted
    checks       what finds that something is out of the ordinary, as readings come
    alarms       alarms with their life, grouped by what explains them
    operators    people who deal with one alarm at a time
    room         all of it: a function of its looks
    replay       the room again, from what a run left
    events       what of it stands in the log
"""
