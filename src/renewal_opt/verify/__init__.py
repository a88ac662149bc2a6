"""Exact re-check of a plan against the clauses, with a reading of the inputs of its own (design.md 1, issue 3 section 5)."""

from .file import VerifyReport, verify_file
from .rows import Breach, FamilyResult, Row, Same
from .walk import families, verify_plan

__all__ = ["Breach", "FamilyResult", "Row", "Same", "VerifyReport", "families", "verify_file", "verify_plan"]
