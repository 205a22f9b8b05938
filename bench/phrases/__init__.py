"""Forbidden phrases through the whole program: recall, false alarms, latency and cost, in quiet, in noise and by
telephone; ``python -m bench.phrases``."""
