"""Benchmarks: each writes JSON with the machine it ran on, and a table."""
