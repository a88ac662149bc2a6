"""Funding questions on a chosen portfolio: mixes, stress, worth, cash, least money, bond files (one module a question)."""
