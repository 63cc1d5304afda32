"""Many pieces of work at once: local processes, or a Dask cluster, behind one interface.

executor    the interface: what goes in, and what comes back of each piece
local       processes of this machine
cluster     the workers of a Dask cluster
"""

from stadtwerk.studies.executors.executor import Executor, ExecutorGone, Finished

__all__ = ["Executor", "ExecutorGone", "Finished"]
