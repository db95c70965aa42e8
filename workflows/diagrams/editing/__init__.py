"""Edits of a BPMN document: XML in, XML out; the one place where Siteward changes a diagram.

Open a file with `Sheet.open`, call edits of the topical modules on the sheet, write it with
`to_bytes`. An edit is made as a whole or refused with `EditError`. Nothing is laid out here.
"""

from workflows.diagrams.editing.errors import EditError
from workflows.diagrams.editing.plain import Block, Plain, PlainKind
from workflows.diagrams.editing.removal import Removal
from workflows.diagrams.editing.sheet import Sheet

__all__ = ["Block", "EditError", "Plain", "PlainKind", "Removal", "Sheet"]
