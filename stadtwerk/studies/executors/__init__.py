"""Many pieces of work at once: local processes, or a Dask cluster, behind one interface.

local       the interface, and processes of this machine
cluster     the workers of a Dask cluster
"""

from stadtwerk.studies.executors.local import Executor, ExecutorGone, Finished

__all__ = ["Executor", "ExecutorGone", "Finished"]
