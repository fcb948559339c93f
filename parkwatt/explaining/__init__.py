"""Where a figure comes from: a chain of steps from the figure down to the messages, each worked out again."""

from parkwatt.explaining.asking import NobodyError, NoFigureError, Question, Subject, SubjectKind
from parkwatt.explaining.chain import Chain, Depth, Step
from parkwatt.explaining.explainer import Explainer
from parkwatt.explaining.origins import Origin, Origins, Wanted

__all__ = [
    "Chain",
    "Depth",
    "Explainer",
    "NoFigureError",
    "NobodyError",
    "Origin",
    "Origins",
    "Question",
    "Step",
    "Subject",
    "SubjectKind",
    "Wanted",
]
