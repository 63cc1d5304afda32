"""Modbus/TCP: a remote terminal unit that serves readings as registers, and the poller that reads one.

Both ends speak over a real socket. The protocol knows neither who asks nor who answers, so a unit listens on 127.0.0.1
unless it is told otherwise, and nothing can be written to it from outside: its registers are input registers.
"""

from __future__ import annotations

import asyncio
import struct
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from pymodbus.client import ModbusTcpClient
from pymodbus.constants import ExcCodes
from pymodbus.exceptions import ModbusException
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from gateways.gateway.legacy.registers import GarbledRegisters, RegisterMap
from gateways.wire.payload import WireReading

DEVICE = 1
"""Unit identifier where a unit stands alone behind its address."""

READ_INPUT_REGISTERS = 4

_START_S = 10.0
_BEYOND = 0
"""What a register holds that no reading fills."""


class UnitUnreachable(Exception):
    """Nobody answers, in time or at all."""


class UnitRefuses(Exception):
    """The unit answers with an exception code, for instance because it has no such register."""


class GarbledAnswer(Exception):
    """The unit answers with something else than what it was asked for."""


class ModbusUnit:
    """A remote terminal unit: serves the readings that it was shown last as input registers.

    Use it as a context manager, or call `start` and `stop`. `port` 0 takes a free one. Before it is shown a reading a
    sensor has no value.
    """

    def __init__(self, registers: RegisterMap, port: int = 0, host: str = "127.0.0.1", device: int = DEVICE) -> None:
        self._map, self._host, self.port, self._device = registers, host, port, device
        self._words = registers.encode(())
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._server: Any = None
        self._up = threading.Event()
        self._failed: BaseException | None = None

    def start(self) -> None:
        """Listen. Raises `OSError` if the port cannot be had."""
        self._up.clear()
        self._failed = None
        self._thread = threading.Thread(target=self._run, name="modbus-unit", daemon=True)
        self._thread.start()
        self._up.wait(_START_S)
        if self._failed is not None or not self._up.is_set():
            self._thread.join(_START_S)
            raise OSError(f"no Modbus unit on {self._host}:{self.port}: {self._failed or 'it does not start'}")

    def show(self, readings: Iterable[WireReading]) -> None:
        """Serve these from now on, all at once. Raises `KeyError` or `ValueError` as `RegisterMap.encode` does."""
        self._words = self._map.encode(readings)  # one assignment: whoever asks sees all of it or none

    def stop(self) -> None:
        """Close the port and all connections."""
        if self._loop is not None and self._server is not None and self._thread is not None:
            asyncio.run_coroutine_threadsafe(self._server.shutdown(), self._loop)
            self._thread.join(_START_S)
        self._loop = self._server = self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._failed = error
        finally:
            self._up.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        blank = [SimData(0, values=False, datatype=DataType.BITS)]
        input_registers = [
            SimData(first, values=[_BEYOND] * count, datatype=DataType.REGISTERS) for first, count in self._map.spans()
        ]
        held = [SimData(0, values=_BEYOND, datatype=DataType.REGISTERS)]
        device = SimDevice(self._device, simdata=(blank, blank, held, input_registers), action=self._fill)
        self._server = ModbusTcpServer(device, address=(self._host, self.port))
        await self._server.serve_forever(background=True)
        self.port = self._server.transport.sockets[0].getsockname()[1]
        self._up.set()
        await self._server.serving

    async def _fill(
        self,
        function: int,
        first: int,
        address: int,
        count: int,
        registers: list[int],
        written: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        """Called for each request: `registers` begins at `first`. Nothing can be written, nothing else be read."""
        words = self._words
        asked = range(address, address + count)
        if written is not None or function != READ_INPUT_REGISTERS:
            return ExcCodes.ILLEGAL_FUNCTION
        if any(one not in words for one in asked):
            return ExcCodes.ILLEGAL_ADDRESS
        for one in asked:
            registers[one - first] = words[one]
        return None


class ModbusPoller:
    """Reads a unit's registers as readings. After a failure the next poll connects anew.

    `timeout_s` is how long one request may take (assumption: 1 s; units answer within some 10 ms). Not for two threads
    at once.
    """

    def __init__(
        self, registers: RegisterMap, port: int, host: str = "127.0.0.1", device: int = DEVICE, timeout_s: float = 1.0
    ) -> None:
        self._map, self._device = registers, device
        self._where = f"unit {device} at {host}:{port}"
        self._client: Any = ModbusTcpClient(host, port=port, timeout=timeout_s, retries=0)

    def poll(self, time: float) -> tuple[WireReading, ...]:
        """All readings of the map, taken at `time` in Unix seconds: all of them, or none.

        Raises `UnitUnreachable`, `UnitRefuses` or `GarbledAnswer`.
        """
        words: dict[int, int] = {}
        try:
            for first, count in self._map.spans():
                words.update(zip(range(first, first + count), self._ask(first, count), strict=True))
            return self._map.decode(words, time)
        except GarbledRegisters as error:
            self.close()
            raise GarbledAnswer(f"{self._where}: {error}") from None
        except (UnitUnreachable, GarbledAnswer):
            self.close()
            raise

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, first: int, count: int) -> list[int]:
        try:
            if not self._client.connected and not self._client.connect():
                raise UnitUnreachable(f"{self._where} does not take a connection")
            answer = self._client.read_input_registers(first, count=count, device_id=self._device)
        except (ModbusException, OSError) as error:
            raise UnitUnreachable(f"{self._where}: {error}") from None
        except (ValueError, IndexError, struct.error) as error:
            raise GarbledAnswer(f"{self._where}: {error}") from None
        if answer.isError():
            raise UnitRefuses(f"{self._where}, registers {first} to {first + count - 1}: {answer}")
        if len(answer.registers) != count:
            raise GarbledAnswer(f"{self._where} gave {len(answer.registers)} registers instead of {count}")
        return list(answer.registers)
