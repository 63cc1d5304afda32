"""SenML CBOR (RFC 8428, section 6): the same packs as `senml`, with whole numbers for labels."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NoReturn

import cbor2

from gateways.wire import senml
from gateways.wire.senml import Record, SenmlError

LABELS: Mapping[str, int] = {
    **{"bver": -1, "bn": -2, "bt": -3, "bu": -4, "bv": -5, "bs": -6},
    **{"n": 0, "u": 1, "v": 2, "vs": 3, "vb": 4, "s": 5, "t": 6, "ut": 7, "vd": 8},
}
"""The CBOR label by the JSON label (table 4). Fields that the RFC does not define keep their text label."""

_TEXT = {number: label for label, number in LABELS.items()}
_DECIMAL_FRACTION = 4
_WHOLE_BELOW = 2.0**53
_DEPTH = 8
"""Deep enough for a pack, its records and fields of others with some structure (assumption)."""


def decode(payload: bytes, now: float | None = None) -> tuple[Record, ...]:
    """The resolved records of a CBOR pack, in chronological order; `now` and errors are those of `senml.decode`."""
    return senml.resolve(loads(payload), now)


def loads(payload: bytes) -> list[dict[str, Any]]:
    """The records of a CBOR pack as they stand there, under the labels of JSON; `vd` stays octets.

    Raises `SenmlError` for what is no array of maps of definite length with at least one record, for anything behind
    it, for a label of the table that is written as text, and for tags other than the decimal fraction, which is the
    only one that a pack may hold. A whole number that the table lacks is a field nobody knows, and left out (4.4).
    """
    source = io.BytesIO(payload)
    decoder = cbor2.CBORDecoder(
        source, semantic_decoders=_OnlyFractions(), max_depth=_DEPTH, allow_indefinite=False, allow_duplicate_keys=False
    )
    # Keys that cannot be hashed or lone surrogates raise what Python has for it, not an error of the library.
    try:
        pack = decoder.decode()
    except (cbor2.CBORDecodeError, TypeError, ValueError, RecursionError, MemoryError, OverflowError) as error:
        raise SenmlError(f"not CBOR: {error}") from None
    if source.tell() != len(payload):
        raise SenmlError(f"{len(payload) - source.tell()} bytes after the pack")
    if not isinstance(pack, list) or not pack:
        raise SenmlError("a pack is a CBOR array with at least one record")
    return [_named(record, place) for place, record in enumerate(pack, 1)]


def encode(records: Iterable[Record]) -> bytes:
    """Resolved records as a CBOR pack without base fields, in canonical CBOR (RFC 7049, 3.9).

    Whole numbers are integers, others the shortest float that keeps their value. Raises `SenmlError` for a record that
    is not valid.
    """
    return dumps(senml.entries(records))


def dumps(entries: Iterable[Mapping[str, Any]]) -> bytes:
    """Records under the labels of JSON, resolved or not, as canonical CBOR; `vd` is octets."""
    return cbor2.dumps([_numbered(entry) for entry in entries], canonical=True)


def _named(record: object, place: int) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise SenmlError(f"record {place}: not a map")
    named: dict[str, Any] = {}
    for label, value in record.items():
        if isinstance(label, str):
            if label in LABELS:
                raise SenmlError(f"record {place}: {label!r} must be written as {LABELS[label]}")
            named[label] = value
        elif type(label) is not int:
            raise SenmlError(f"record {place}: {label!r} is no label")
        elif label in _TEXT:
            named[_TEXT[label]] = _plain(value, _TEXT[label], place)
    return named


def _plain(value: object, label: str, place: int) -> object:
    """A field's value as JSON would have it."""
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise SenmlError(f"record {place}: {label} is {value}, which SenML cannot say")
    if label == "vd" and not isinstance(value, bytes):
        raise SenmlError(f"record {place}: vd must be octets, not {value!r}")
    return value


def _numbered(entry: Mapping[str, Any]) -> dict[int | str, Any]:
    return {LABELS.get(label, label): _short(value) for label, value in entry.items()}


def _short(value: Any) -> Any:
    """A whole number without its point."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < _WHOLE_BELOW else value


class _OnlyFractions(Mapping[int, Any]):
    """Decoders by tag: the library's own for decimal fractions, a refusal for every other tag there is.

    The library would build dates, patterns, addresses, shared references and more out of what a stranger sends.
    """

    def __getitem__(self, tag: int) -> Any:
        if tag == _DECIMAL_FRACTION:
            raise KeyError(tag)
        return _refuse

    def __iter__(self) -> Iterator[int]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _refuse(decoder: object, immutable: bool) -> NoReturn:
    raise ValueError("a pack holds no tags but decimal fractions")
