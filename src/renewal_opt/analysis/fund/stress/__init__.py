"""Stress: shocks on the funding of a plan, one module a question."""
