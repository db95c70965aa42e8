"""What an edit says when it cannot be made."""


class EditError(Exception):
    """The edit was refused and the document is as it was.

    `field` is the argument that it is about ("" for the edit as a whole); the message says in a
    policy owner's words what is wrong and what to do.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message
