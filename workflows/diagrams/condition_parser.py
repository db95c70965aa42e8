"""From the text of a condition to its tree, with errors that say what to write instead."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import NoReturn, cast

from workflows.diagrams.condition_tree import (
    And,
    Comparison,
    ConditionError,
    Contains,
    Count,
    In,
    Literal,
    Name,
    Node,
    Not,
    Operator,
    Or,
    parts,
)

MAXIMUM_LENGTH = 500
MAXIMUM_DEPTH = 20
ALLOWED = (
    "Allowed are fields (Step.field), texts in double quotes, numbers, true, false, null, =, !=, <, "
    "<=, >, >=, in [...], and, or, not(...) and count(...)."
)

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      |(?P<text>"(?:[^"\\]|\\["\\])*")
      |(?P<number>-?\d+(?:\.\d+)?(?![\w.]))
      |(?P<field>[A-Za-z_][\w-]*+\.[A-Za-z_][\w-]*+(?!\.))
      |(?P<word>[A-Za-z_][\w-]*+(?!\.))
      |(?P<sign>!=|<=|>=|==|<>|&&|\|\||[=<>()\[\],])
    """,
    re.VERBOSE | re.ASCII,
)
_ORDER = ("<", "<=", ">", ">=")
_COMPARING = ("=", "!=", *_ORDER)
_INSTEAD = {
    "==": 'write a single "=" to compare.',
    "<>": 'write "!=" for "is not".',
    "&&": 'write "and".',
    "||": 'write "or".',
    "!": 'write not(...) or "!=".',
    "'": 'put texts in double quotes: "approve".',
    "\N{LEFT DOUBLE QUOTATION MARK}": 'use straight double quotes: "approve".',
    "\N{RIGHT DOUBLE QUOTATION MARK}": 'use straight double quotes: "approve".',
    "\N{LEFT SINGLE QUOTATION MARK}": 'use straight double quotes: "approve".',
    '"': 'a text that begins with " must end with ".',
    "$": "leave out ${ and }; write the bare condition.",
    "#": "leave out #{ and }; write the bare condition.",
}
_WORDS = ("and", "or", "not", "in", "count", "true", "false", "null")
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    column: int


def parse(text: str) -> Node:
    """Read a condition. Raises ConditionError naming the column and what to write instead."""
    if not text.strip():
        raise ConditionError('The condition is empty; write for example Step.decision = "approve".')
    if len(text) > MAXIMUM_LENGTH:
        raise ConditionError(
            f"The condition has {len(text)} characters; at most {MAXIMUM_LENGTH} are allowed. "
            "Split it over two gateways."
        )
    return _Parser(_tokens(text)).whole()


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            _refuse(text, at)
        kind, word = cast(str, match.lastgroup), match.group()
        if word in _INSTEAD:
            raise ConditionError(_INSTEAD[word], at + 1)
        if kind != "space":
            tokens.append(_Token(kind, word, at + 1))
        at = match.end()
    tokens.append(_Token("end", "", len(text) + 1))
    return tokens


def _refuse(text: str, at: int) -> NoReturn:
    sign = text[at]
    if sign in _INSTEAD:
        raise ConditionError(_INSTEAD[sign], at + 1)
    if re.match(r"[\w.-]+\.", text[at:]):
        raise ConditionError("a field is written Step.field, with one dot.", at + 1)
    raise ConditionError(f'"{sign}" has no meaning here. {ALLOWED}', at + 1)


class _Parser:
    """Recursive descent: or, and, one condition, operand."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.at]

    def take(self, *texts: str) -> _Token | None:
        token = self.token
        if token.kind in ("word", "sign") and token.text in texts:
            self.at += 1
            return token
        return None

    def expect(self, text: str, where: str) -> None:
        if self.take(text) is None:
            found = f'found "{self.token.text}"' if self.token.text else "the condition ends"
            raise ConditionError(f'{where} needs "{text}", but {found} here.', self.token.column)

    def whole(self) -> Node:
        if self.token.text == "=":
            raise ConditionError('leave out the "=" at the beginning.', self.token.column)
        node = self.alternatives()
        if self.token.kind != "end":
            self.stray()
        return node

    def stray(self) -> NoReturn:
        token = self.token
        if token.text in _COMPARING:
            raise ConditionError(
                'compare two things at a time; join comparisons with "and".', token.column
            )
        if token.text.lower() in ("and", "or"):
            raise ConditionError(f'write "{token.text.lower()}" in small letters.', token.column)
        raise ConditionError(f'"{token.text}" is not expected here. {ALLOWED}', token.column)

    def alternatives(self) -> Node:
        operands = [self.conjunction()]
        while self.take("or"):
            operands.append(self.conjunction())
        return operands[0] if len(operands) == 1 else Or(tuple(operands))

    def conjunction(self) -> Node:
        operands = [self.single()]
        while self.take("and"):
            operands.append(self.single())
        return operands[0] if len(operands) == 1 else And(tuple(operands))

    def single(self) -> Node:
        self.depth += 1
        if self.depth > MAXIMUM_DEPTH:
            raise ConditionError(
                f"more than {MAXIMUM_DEPTH} brackets inside each other.", self.token.column
            )
        node = self.negation() or self.bracket() or self.comparison()
        self.depth -= 1
        return node

    def negation(self) -> Node | None:
        if not self.take("not"):
            return None
        self.expect("(", '"not"')
        node = self.alternatives()
        self.expect(")", '"not("')
        return Not(node)

    def bracket(self) -> Node | None:
        if not self.take("("):
            return None
        node = self.alternatives()
        self.expect(")", '"("')
        return node

    def comparison(self) -> Node:
        start, column = self.at, self.token.column
        left = self.operand()
        if self.take("in"):
            return self.membership(left, column)
        sign = self.take(*_COMPARING)
        if sign is None:
            return self.bare(left, start)
        right = self.operand()
        operator = cast(Operator, sign.text)
        _check(left, operator, right, sign.column)
        return Comparison(left, operator, right)

    def bare(self, node: Literal | Name | Count, start: int) -> Node:
        """Let a field or true/false stand alone, and a number or count as a number of times."""
        if isinstance(node, Name) or (isinstance(node, Literal) and isinstance(node.value, bool)):
            return node
        is_whole = start == 0 and self.token.kind == "end"
        if is_whole and (isinstance(node, Count) or isinstance(node.value, int)):
            return node
        raise ConditionError(
            "compare this with something, for example Step.amount > 3.", self.tokens[start].column
        )

    def membership(self, left: Literal | Name | Count, column: int) -> Node:
        if isinstance(left, Literal):
            right = self.operand()
            if not isinstance(right, Name) or not isinstance(left.value, str):
                raise ConditionError('write "choice" in Step.field.', column)
            return Contains(right, left)
        if isinstance(left, Count):
            raise ConditionError("a count is compared with a number, not with a list.", column)
        self.expect("[", '"in"')
        options = [self.option()]
        while self.take(","):
            options.append(self.option())
        self.expect("]", '"in ["')
        return In(left, tuple(options))

    def option(self) -> Literal:
        column = self.token.column
        node = self.operand()
        if not isinstance(node, Literal) or node.value is None:
            raise ConditionError('a list holds texts or numbers only: ["a", "b"].', column)
        return node

    def operand(self) -> Literal | Name | Count:
        token = self.token
        if token.kind == "text":
            self.at += 1
            return Literal(re.sub(r'\\(["\\])', r"\1", token.text[1:-1]))
        if token.kind == "number":
            self.at += 1
            return Literal(Decimal(token.text) if "." in token.text else int(token.text))
        if token.kind == "field":
            self.at += 1
            return Name(*token.text.split("."))
        if token.kind == "word":
            return self.word(token)
        found = f'"{token.text}"' if token.text else "the end"
        raise ConditionError(f"a field, text or number is missing before {found}.", token.column)

    def word(self, token: _Token) -> Literal | Count:
        self.at += 1
        if token.text in _CONSTANTS:
            return Literal(_CONSTANTS[token.text])
        if token.text == "count":
            return self.count(token.column)
        lower = token.text.lower()
        if lower in _WORDS and lower != token.text:
            raise ConditionError(f'write "{lower}" in small letters.', token.column)
        if lower in _WORDS:
            raise ConditionError(
                f'a field, text or number is missing before "{lower}".', token.column
            )
        if self.token.text == "(":
            raise ConditionError(f'"{token.text}(...)" is not known. {ALLOWED}', token.column)
        raise ConditionError(
            f'say which step asks for "{token.text}": write Step.{token.text}; '
            f'a text needs double quotes: "{token.text}".',
            token.column,
        )

    def count(self, column: int) -> Count:
        self.expect("(", '"count"')
        condition = self.alternatives()
        self.expect(")", '"count("')
        found = list(parts(condition))
        names = {part for part in found if isinstance(part, Name)}
        if len(names) != 1 or any(isinstance(part, Count) for part in found):
            raise ConditionError(
                'count(...) looks at exactly one field: count(Step.vote = "yes") >= 2.', column
            )
        return Count(names.pop(), condition)


def _check(
    left: Literal | Name | Count, operator: Operator, right: Literal | Name | Count, column: int
) -> None:
    """Refuse at once what no answer could ever make sense of."""
    pair = (left, right)
    literals = [part.value for part in pair if isinstance(part, Literal)]
    if len(literals) == 2:
        raise ConditionError("one side must be a field: Step.field.", column)
    if any(isinstance(part, Count) for part in pair) and not all(
        isinstance(part, int) and not isinstance(part, bool) for part in literals or [None]
    ):
        raise ConditionError("a count is compared with a whole number.", column)
    if operator in _ORDER and any(part is None or isinstance(part, bool) for part in literals):
        raise ConditionError(
            f'"{operator}" compares numbers and dates, not true, false or null.', column
        )
