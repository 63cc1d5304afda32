"""The demo city: published networks that ship inside installed packages, and what rules lay over them."""

from __future__ import annotations

from simulator.city.demo.build import build_demo

__all__ = ["build_demo"]
