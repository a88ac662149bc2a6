"""The fast way to a proven portfolio: funding rows, the core problem, fixing by reduced cost (design.md 5)."""

from .master import FullMaster, Master
from .session import CoreSession
from .state import BaseState

__all__ = ["BaseState", "CoreSession", "FullMaster", "Master"]
