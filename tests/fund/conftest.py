"""Makes the modules of this folder, of the proofs and of the rules importable from here."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
for folder in (HERE, HERE.parent, HERE.parent / "proof", HERE.parent / "rules", HERE.parent / "pareto_plan"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
