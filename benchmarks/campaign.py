"""What a second worker buys a campaign: the same runs by one worker process and by two, in one go on one machine.

Run with `make campaign-bench`; it takes about two minutes and needs two cores that are free: on a busy machine the
ratio says nothing. The cases are runs of the demo city under `road-closed`, each with its own seed. Before the clock
starts, each pool has done a run on every worker, so that neither the start of processes nor the loading of engines is
in the figures; both pools are open all the time and take turns, so that they meet the same machine. Each figure is
the least of its rounds. Only the ratio means anything.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence

from stadtwerk.library import demo_folder, find_scenario, load_checked
from stadtwerk.runs.basis import basis, city_digest
from stadtwerk.studies.campaigns.job import CityData, Job, run_job
from stadtwerk.studies.executors.local import LocalProcesses

CASES, ROUNDS = 8, 7
SCENARIO = "road-closed"


def jobs(first_seed: int, count: int) -> list[Job]:
    document, _, _ = load_checked(find_scenario(SCENARIO))
    city = CityData("demo", city_digest(demo_folder()))
    return [Job(json.dumps(document.data), first_seed + place, city, basis()) for place in range(count)]


def seconds(pool: LocalProcesses, work: Sequence[Job]) -> float:
    began = time.perf_counter()
    for done in pool.run(run_job, work):
        if done.error:
            raise RuntimeError(done.error)
    return time.perf_counter() - began


def main() -> None:
    work = jobs(1, CASES)
    with LocalProcesses(1) as one, LocalProcesses(2) as two:
        seconds(one, jobs(1000, 1))
        seconds(two, jobs(1000, 6))  # more than one for each, so that both have had one
        single, double = [], []
        for _ in range(ROUNDS):
            single.append(seconds(one, work))
            double.append(seconds(two, work))
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{CASES} runs of {SCENARIO}, {len(os.sched_getaffinity(0))} cores, load {load}")
    print(f"one worker   {min(single):6.2f} s   (rounds: {', '.join(f'{s:.2f}' for s in single)})")
    print(f"two workers  {min(double):6.2f} s   (rounds: {', '.join(f'{s:.2f}' for s in double)})")
    print(f"speed-up     {min(single) / min(double):6.2f}")


if __name__ == "__main__":
    main()
