"""Exact trade-offs: the complete nondominated set of a mixed-integer linear model with several objectives."""

from .answer import Answer, OpenZone, Point, Record
from .model import Aside, MatrixModel, Row, Settled
from .objectives import LinearObjective
from .search import nondominated
from .subsolve import Question, Reply

__all__ = ["Answer", "Aside", "LinearObjective", "MatrixModel", "OpenZone", "Point", "Question", "Record", "Reply", "Row", "Settled", "nondominated"]
