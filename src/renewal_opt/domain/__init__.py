"""Frozen data of the domain: Policy, Library, Scenario, Plan. No files, no solver."""

from .base import Label, Source
from .library import HelpRow, Library, Project, Relation, RevenueRow, Waiver
from .plan import Plan
from .policy import Policy
from .scenario import Scenario

__all__ = ["HelpRow", "Label", "Library", "Plan", "Policy", "Project", "Relation", "RevenueRow", "Scenario", "Source", "Waiver"]
