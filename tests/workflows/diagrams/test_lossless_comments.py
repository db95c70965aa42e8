"""What stands before a step, and not in it, is not the step's."""

from pathlib import Path

from workflows.diagrams.editing import Sheet, steps
from workflows.diagrams.layout import tidy

FILE = Path(__file__).parents[3] / "bpmn" / "forward-request.bpmn"
STEP = b'<bpmn:userTask id="AnswerDecline"'


def test_a_comment_before_a_step_that_is_taken_away_stays_and_one_inside_goes() -> None:
    head, rest = FILE.read_bytes().split(STEP, 1)
    opening, inside = rest.split(b">", 1)
    data = head + b"<!-- before -->" + STEP + opening + b"><!-- inside -->" + inside
    sheet = Sheet.open(data)
    steps.remove(sheet, element="AnswerDecline")
    left = tidy(sheet.to_bytes())
    assert STEP not in left
    assert b"<!-- before -->" in left
    assert b"<!-- inside -->" not in left
