"""What stands before the door of gateways: it keeps connections that show no login from taking the room of others."""

from __future__ import annotations

from gateways.brokers.mosquitto import NAMES, MosquittoSettings

FRONT_PORTS = (8883, 8884)
"""Where gateways find the two brokers."""

HELLO_S = 3
"""Time for the first word of TLS (assumption: a second of a slow line, three times)."""

OF_ONE_ADDRESS = 60
"""Connections of one address at once (assumption: some gateways behind one router). Where more stand behind one address
(NAT, a bridge of containers), it must be above their number: all of them share it, with whoever sits beside them."""

CONNECTIONS = 9000


def front_config(settings: MosquittoSettings, host: str) -> str:
    """The text of haproxy.cfg for the machine of a broker; `host` is what it binds.

    TLS goes through untouched, so that certificates are shown to the broker itself.
    """
    port = FRONT_PORTS[NAMES.index(settings.name)]
    return f"""\
# haproxy 2.6 before {settings.name}. Made by `stadtwerk secrets init`.
#
# Mosquitto 2.0 counts a connection from its first byte and lets one that says nothing be for 95 s: 2,000 idle ones lock
# everybody out. Here one that does not begin TLS within {HELLO_S} s goes, and no address has more than
# {OF_ONE_ADDRESS}. Raise that above the number of gateways where they share an address (NAT).

global
    maxconn {CONNECTIONS + 500}

defaults
    mode tcp
    timeout connect 2s
    timeout client 200s
    timeout server 200s

frontend gateways
    bind {host}:{port} maxconn {CONNECTIONS} backlog 4096
    stick-table type ip size 100k expire 60s store conn_cur
    tcp-request connection track-sc0 src
    tcp-request connection reject if {{ sc0_conn_cur gt {OF_ONE_ADDRESS} }}
    tcp-request inspect-delay {HELLO_S}s
    tcp-request content reject if {{ req.len gt 0 }} !{{ req.ssl_hello_type 1 }}
    tcp-request content accept if {{ req.ssl_hello_type 1 }}
    tcp-request content reject if WAIT_END
    default_backend broker

backend broker
    server {settings.name} {settings.outer_host}:{settings.port}
"""
