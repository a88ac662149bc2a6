"""Makes the builders of tests/rules and tests/oracle.py importable from here."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
for folder in (HERE, HERE.parent / "rules", HERE.parent):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
