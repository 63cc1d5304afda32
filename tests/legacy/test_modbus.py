"""The Modbus unit over a real socket, read by our poller, by a request made by hand, and answers that are none."""

from __future__ import annotations

import contextlib
import math
import socket
import struct
import threading
from collections.abc import Callable, Iterator

import pytest

from gateways.gateway.legacy.modbus import GarbledAnswer, ModbusPoller, ModbusUnit, UnitRefuses, UnitUnreachable
from gateways.gateway.legacy.registers import Number, Register, RegisterMap
from gateways.wire.payload import WireReading
from simulator.contracts.sensor import Quality

MAP = RegisterMap(
    (
        Register(0, Number.INT16, 0.1, "m", "tank-1/level_m"),
        Register(1, Number.FLOAT32, 1.0, "m3/s", "pump-1/flow_m3_s"),
        Register(40, Number.UINT16, 1.0, "1", "pump-1/pump_running"),
    )
)


def reading(sensor: str, value: float, unit: str, time: float = 7.0) -> WireReading:
    return WireReading(sensor, time, value, unit, Quality.BAD if math.isnan(value) else Quality.GOOD)


SHOWN = (
    reading("tank-1/level_m", -12.5, "m"),
    reading("pump-1/flow_m3_s", 0.0625, "m3/s"),
    reading("pump-1/pump_running", 1.0, "1"),
)


@contextlib.contextmanager
def device(answer: Callable[[bytes], bytes | None]) -> Iterator[int]:
    """Something on a port that answers each request in its own way; None hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection:
                        while request := connection.recv(260):
                            if (said := answer(request)) is None:
                                break
                            connection.sendall(said)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def test_what_a_unit_is_shown_is_what_a_poller_reads() -> None:
    with ModbusUnit(MAP) as unit, ModbusPoller(MAP, unit.port) as poller:
        assert all(math.isnan(r.value) and r.quality is Quality.BAD for r in poller.poll(3.0))
        unit.show(SHOWN)
        assert poller.poll(7.0) == SHOWN
        unit.show(SHOWN[:1])
        values = [r.value for r in poller.poll(8.0)]
        assert values[0] == -12.5 and math.isnan(values[1]) and math.isnan(values[2])


def test_a_request_as_the_specification_writes_it_is_answered_as_it_says() -> None:
    # MODBUS Messaging on TCP/IP 1.0b, 3.1.3: transaction, protocol 0, length, unit; then function, address, count.
    request = struct.pack(">HHHBBHH", 0x1234, 0, 6, 1, 4, 0, 3)
    with ModbusUnit(MAP) as unit:
        unit.show(SHOWN)
        with socket.create_connection(("127.0.0.1", unit.port), 5) as asking:
            asking.sendall(request)
            said = asking.recv(260)
    assert said == struct.pack(">HHHBBB", 0x1234, 0, 9, 1, 4, 6) + struct.pack(">hf", -125, 0.0625)


def test_registers_that_are_not_there_and_writing_are_refused() -> None:
    other = RegisterMap((Register(3, Number.INT16, 1.0, "", "x"),))
    with ModbusUnit(MAP) as unit:
        with ModbusPoller(other, unit.port) as poller, pytest.raises(UnitRefuses):
            poller.poll(0.0)
        write = struct.pack(">HHHBBHH", 1, 0, 6, 1, 6, 0, 99)
        with socket.create_connection(("127.0.0.1", unit.port), 5) as asking:
            asking.sendall(write)
            assert asking.recv(260)[7] == 0x86  # exception to function 6
        with ModbusPoller(MAP, unit.port) as poller:
            assert all(math.isnan(r.value) for r in poller.poll(0.0))


def test_a_poller_connects_again_when_the_unit_is_back() -> None:
    first = ModbusUnit(MAP)
    first.start()
    first.show(SHOWN)
    with ModbusPoller(MAP, first.port, timeout_s=0.5) as poller:
        assert poller.poll(7.0) == SHOWN
        first.stop()
        for _ in range(2):
            with pytest.raises(UnitUnreachable):
                poller.poll(8.0)
        with ModbusUnit(MAP, first.port) as again:
            again.show(SHOWN)
            assert poller.poll(7.0) == SHOWN


def test_a_port_that_is_taken_is_said() -> None:
    with ModbusUnit(MAP) as unit, pytest.raises(OSError, match=str(unit.port)):
        ModbusUnit(MAP, unit.port).start()


def header(request: bytes, pdu: bytes) -> bytes:
    return request[:4] + struct.pack(">HB", len(pdu) + 1, request[6]) + pdu


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda request: b"HTTP/1.1 400 Bad Request\r\n\r\n", UnitUnreachable),
        (lambda request: b"\x00" * 64, (UnitUnreachable, GarbledAnswer)),
        (lambda request: b"", UnitUnreachable),
        (lambda request: None, UnitUnreachable),
        (lambda request: header(request, b"\x04\x02\x00\x01"), GarbledAnswer),
        (lambda request: header(request, b"\x04\x06\x00\x01"), (UnitUnreachable, GarbledAnswer)),
        (lambda request: header(request, b"\x03\x06" + b"\x00\x01" * 3), (UnitUnreachable, GarbledAnswer)),
        (lambda request: header(request, b"\x04\x06\x00\x01\x7f\x80\x00\x00"), GarbledAnswer),
        (lambda request: b"\xff\xff" + header(request, b"\x04\x06" + b"\x00\x01" * 3)[2:], UnitUnreachable),
        (lambda request: header(request, b"\x84\x0b"), UnitRefuses),
    ],
    ids=[
        "http",
        "zeros",
        "silence",
        "hangs-up",
        "too-few",
        "cut-off",
        "other-function",
        "infinite",
        "transaction",
        "busy",
    ],
)
def test_an_answer_that_is_none_is_refused_and_the_next_poll_is_good(
    answer: Callable[[bytes], bytes | None], error: type[Exception] | tuple[type[Exception], ...]
) -> None:
    good = {0: struct.pack(">Bhf", 6, -125, 0.0625), 40: struct.pack(">BH", 2, 1)}
    bad = [True]

    def answered(request: bytes) -> bytes | None:
        if bad[0]:
            return answer(request)
        return header(request, b"\x04" + good[struct.unpack(">H", request[8:10])[0]])

    with device(answered) as port, ModbusPoller(MAP, port, timeout_s=0.2) as poller:
        with pytest.raises(error):
            poller.poll(0.0)
        bad[0] = False
        assert poller.poll(7.0) == SHOWN
