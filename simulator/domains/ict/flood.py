"""What a flood of messages does at one server, as a queue with room for so many and no more (M/M/1/K)."""

from __future__ import annotations

from simulator.contracts.fault import ActiveFault


def flooded_by(active: tuple[ActiveFault, ...]) -> tuple[float, float]:
    """Waiting time (s) and share lost under all floods at one node together; no flood, nothing of either.

    Loads add up. How fast messages are served, and how many can wait, is what the first of the floods says.
    """
    if not active:
        return 0.0, 0.0
    load, first = sum(fault.number("load") for fault in active), active[0]
    return flooded(load, first.number("service_s"), int(first.number("queue")))


def flooded(load: float, service_s: float, queue: int) -> tuple[float, float]:
    """Mean waiting time in seconds of the messages that get in, and the share of messages that do not.

    Kleinrock, Queueing Systems I (1975), section 3.6: Poisson arrivals, exponential service with mean `service_s`, one
    server, `queue` places beside the one that is served. With the load r and K = queue + 1 places in all, a message is
    lost with p_K = (1 - r) r^K / (1 - r^(K+1)), and those that get in find r (1 - (K + 1) r^K + K r^(K+1)) /
    ((1 - r) (1 - r^(K+1))) in the system in the mean; by Little's law they wait that, over the rate at which they get
    in, less their own service. At the capacity (r of 1 or more) the service counts as lost (assumption): everything is.
    """
    if load >= 1:
        return 0.0, 1.0
    places = queue + 1
    lost = (1 - load) * load**places / (1 - load ** (places + 1))
    if load == 0:
        return 0.0, 0.0
    inside = load / (1 - load) - (places + 1) * load ** (places + 1) / (1 - load ** (places + 1))
    return max(0.0, inside * service_s / (load * (1 - lost)) - service_s), lost
