"""Who drives there and works: crews by trade, from depots, in shifts, over the roads there are.

crews     the dispatcher: which job which crew does, and the job itself
depot     one depot: who is on duty, spare parts, fuel
job       one call for a crew, and how long its work takes
priority  which of the waiting jobs comes first
"""

from simulator.coupling.crews.crews import RETRY_S, Crews

__all__ = ["RETRY_S", "Crews"]
