"""The second gate: the same walk through every way of a diagram, on the engine that runs the cases.

The proof knows what BPMN says; cases run on what the engine does. Both walk side by side, and where
they part the diagram cannot be published.
"""

from workflows.engine_gate.gate import EngineGate

__all__ = ["EngineGate"]
