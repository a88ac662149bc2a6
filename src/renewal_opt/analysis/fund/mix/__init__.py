"""Funding mixes: the best money for projects that stay as they are, measure after measure, and what cannot be funded and why."""
