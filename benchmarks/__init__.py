"""Benchmarks: one self-registering file a subject; `python -m benchmarks SUBJECT` prints a ratio table and one JSON line."""
