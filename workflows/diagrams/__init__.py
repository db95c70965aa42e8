"""A BPMN file as our own graph: reading, forms, conditions, lint, text and drawing.

Nothing in this room knows the engine, the policy pack or the database: what a diagram must
agree with is given by the caller as plain data (workflows.diagrams.known).
"""
