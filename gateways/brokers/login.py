"""A try whether a broker lets somebody in."""

from __future__ import annotations

import time

from gateways.brokers.address import BrokerAddress, configure_client

LOGIN_S = 2.0
"""A broker that has not answered within this is not healthy (assumption)."""


def takes_login(address: BrokerAddress) -> bool:
    """Whether the broker at `address` answers and lets this identity in. Raises `UnsafeSecret`."""
    import paho.mqtt.client as mqtt
    from paho.mqtt.enums import CallbackAPIVersion

    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
    client.connect_timeout = LOGIN_S
    configure_client(client, address)
    try:
        client.connect(address.host, address.port, keepalive=5)
        deadline = time.monotonic() + LOGIN_S
        while not client.is_connected() and time.monotonic() < deadline:
            if client.loop(0.05) != mqtt.MQTT_ERR_SUCCESS:
                return False
        return client.is_connected()
    except OSError:
        return False
    finally:
        client.disconnect()
