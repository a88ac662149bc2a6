"""Synthetic libraries and scenarios, and the folder of the first run (issue 3, sections 2 and 6)."""

from .init import bundled_root, write_init
from .library import make_library
from .scenario import Tightness, make_scenario
from .write import dump_yaml, write_synth

__all__ = ["Tightness", "bundled_root", "dump_yaml", "make_library", "make_scenario", "write_init", "write_synth"]
