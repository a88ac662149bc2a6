"""Exact trade-offs: the complete nondominated set of a mixed-integer linear model with several objectives."""

from .answer import Answer, OpenZone, Point, Record
from .dichotomic import supported
from .from_pyomo import pyomo_model
from .model import Aside, MatrixModel, Row, Settled
from .objectives import LinearObjective
from .representation import Representation, representation
from .search import nondominated
from .subsolve import Question, Reply

__all__ = ["Answer", "Aside", "LinearObjective", "MatrixModel", "OpenZone", "Point", "Question", "Record", "Reply", "Representation", "Row", "Settled", "nondominated", "pyomo_model", "representation", "supported"]
