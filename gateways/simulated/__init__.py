"""Gateways in simulated time, and the telemetry of a run behind them."""
