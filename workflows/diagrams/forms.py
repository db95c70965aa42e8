"""Forms as the panels of bpmn-js and Camunda Modeler write them: camunda:formData."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from lxml import etree

from workflows.diagrams.document import CAMUNDA, Findings, child, children
from workflows.diagrams.graph import FIELD_TYPES, PUBLIC, Field, Option

CARRIERS = frozenset({"string", "long", "boolean", "date", "enum"})
CONSTRAINTS = frozenset({"required", "min", "max", "minlength", "maxlength"})
PROPERTIES = frozenset(
    {
        "widget",
        "required-when",
        "shown-when",
        "refuse-when",
        "refuse-message",
        "pattern",
        "help",
        "classification",
        "register",
        "shown-to",
    }
)
CHOICES = frozenset({"enum", "multi-enum"})
# Those of whom a case tells something without letting them read it.
SHOWN_TO = frozenset({"complainant", "subject"})
COLUMN = "column."
# Words of the form itself; a question with one of these ids, or with one that begins with an
# underscore, could not be asked.
RESERVED = frozenset(
    {
        "Meta",
        "answers",
        "around",
        "csrf_token",
        "data",
        "errors",
        "form_errors",
        "hidden_tag",
        "is_submitted",
        "meta",
        "populate_obj",
        "post_process",
        "process",
        "step",
        "take",
        "validate",
        "validate_on_submit",
    }
)
_COMPARED_LENGTH = 64
_COMPARED_WORDS = 300
_ID = re.compile(r"[A-Za-z_][\w-]{0,63}", re.ASCII)


def read_fields(
    extensions: etree._Element | None, findings: Findings, unsaid: str = PUBLIC
) -> tuple[Field, ...]:
    """Read the form fields under extensionElements, in their order; () where there is no form.

    `unsaid` is the class of data of a field that names none.
    """
    form = None if extensions is None else child(extensions, "formData", CAMUNDA)
    if form is None:
        return ()
    fields: dict[str, Field] = {}
    for element in children(form, "formField", ns=CAMUNDA):
        field = read_field(element, findings, unsaid)
        if field.id in fields:
            findings.error(
                "duplicate-field",
                element,
                f'The form asks for "{field.id}" twice. Give each field its own id.',
            )
        fields.setdefault(field.id, field)
    return tuple(fields.values())


def read_field(element: etree._Element, findings: Findings, unsaid: str = PUBLIC) -> Field:
    """Read one formField; what cannot be read is reported and left out."""
    identity = element.get("id", "")
    if not _ID.fullmatch(identity):
        findings.error(
            "bad-field-id",
            element,
            f'The field id "{identity[:80]}" is not allowed: begin with a letter, then letters, '
            "digits, - and _, at most 64.",
        )
    constraints = _constraints(element, findings)
    properties = _properties(element, findings)
    register = properties.get("register")
    kind = _type(element, properties.get("widget", ""), findings)
    return Field(
        id=identity,
        label=" ".join(element.get("label", "").split()) or identity,
        type=kind,
        required="required" in constraints and constraints["required"].lower() != "false",
        required_when=properties.get("required-when"),
        shown_when=properties.get("shown-when"),
        refuse_when=properties.get("refuse-when"),
        refuse_message=properties.get("refuse-message", ""),
        options=_options(element, findings),
        columns=_columns(element, properties, findings),
        minimum=constraints.get("min"),
        maximum=constraints.get("max"),
        min_length=_whole(element, constraints, "minlength", findings),
        max_length=_whole(element, constraints, "maxlength", findings),
        pattern=properties.get("pattern"),
        help=properties.get("help", ""),
        classification=properties.get("classification", unsaid),
        default=element.get("defaultValue"),
        register=register,
        shown_to=_shown_to(element, properties.get("shown-to", ""), findings),
    )


def _shown_to(element: etree._Element, text: str, findings: Findings) -> tuple[str, ...]:
    """Read whom of a confidential case the answer is shown to beside those who work on it."""
    named = tuple(dict.fromkeys(text.replace(",", " ").split()))
    for word in named:
        if word not in SHOWN_TO:
            findings.error(
                "bad-shown-to",
                element,
                f'The field "{element.get("id", "")}" is shown to "{word[:40]}"'
                f"{suggestion(word, SHOWN_TO)}. Known are {', '.join(sorted(SHOWN_TO))}.",
            )
    return tuple(word for word in named if word in SHOWN_TO)


def _type(element: etree._Element, widget: str, findings: Findings) -> str:
    kind = widget or element.get("type", "string")
    if kind in FIELD_TYPES:
        return kind
    findings.error(
        "unknown-field-type",
        element,
        f'The field "{element.get("id", "")}" has the type "{kind[:80]}", which is not known'
        f"{suggestion(kind, FIELD_TYPES)}. Known are {', '.join(sorted(FIELD_TYPES))}.",
    )
    return "string"


def _constraints(element: etree._Element, findings: Findings) -> dict[str, str]:
    found: dict[str, str] = {}
    validation = child(element, "validation", CAMUNDA)
    for constraint in () if validation is None else children(validation, "constraint", ns=CAMUNDA):
        name = constraint.get("name", "")
        if name in CONSTRAINTS:
            found[name] = (constraint.get("config") or "").strip()
            continue
        findings.error(
            "unknown-constraint",
            element,
            f'The field "{element.get("id", "")}" has the constraint "{name[:80]}", which is not '
            f"known{suggestion(name, CONSTRAINTS)}. Known are {', '.join(sorted(CONSTRAINTS))}.",
        )
    return found


def _properties(element: etree._Element, findings: Findings) -> dict[str, str]:
    found: dict[str, str] = {}
    properties = child(element, "properties", CAMUNDA)
    for entry in () if properties is None else children(properties, "property", ns=CAMUNDA):
        name = entry.get("id", "")
        found[name] = (entry.get("value") or "").strip()
        if name not in PROPERTIES and not name.startswith(COLUMN):
            findings.warning(
                "unknown-property",
                element,
                f'The field "{element.get("id", "")}" has the property "{name[:80]}", which has no '
                f"effect{suggestion(name, PROPERTIES)}.",
            )
    return {name: value for name, value in found.items() if value}


def _options(element: etree._Element, findings: Findings) -> tuple[Option, ...]:
    options: dict[str, Option] = {}
    for value in children(element, "value", ns=CAMUNDA):
        identity = value.get("id", "").strip()
        label = " ".join((value.get("name") or "").split()) or identity
        if not identity or identity in options:
            findings.error(
                "bad-option",
                element,
                f'The field "{element.get("id", "")}" has a choice "{label[:80]}" without an id of its '
                "own. Give each choice its own id.",
            )
            continue
        options[identity] = Option(identity, label)
    return tuple(options.values())


def _whole(
    element: etree._Element, constraints: dict[str, str], name: str, findings: Findings
) -> int | None:
    text = constraints.get(name)
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return int(text)
    findings.error(
        "bad-constraint",
        element,
        f'The field "{element.get("id", "")}" has {name} "{text[:40]}"; write a whole number.',
    )
    return None


def _columns(
    element: etree._Element, properties: dict[str, str], findings: Findings
) -> tuple[Field, ...]:
    return tuple(
        _column(element, name.removeprefix(COLUMN), text, properties.get("register"), findings)
        for name, text in properties.items()
        if name.startswith(COLUMN)
    )


def _column(
    element: etree._Element, identity: str, text: str, register: str | None, findings: Findings
) -> Field:
    """Read `Label | type | required | a=Label A; b=Label B`; the last two may be missing."""
    label, kind, required, choices = ([part.strip() for part in text.split("|", 3)] + [""] * 4)[:4]
    table = element.get("id", "")
    if not _ID.fullmatch(identity) or kind not in FIELD_TYPES - {"table", "file"}:
        findings.error(
            "bad-column",
            element,
            f'The column "{identity[:80]}" of the table "{table}" cannot be read. Write for example '
            '"Name | string | required", or "Kind | enum | | a=First; b=Second".',
        )
        kind = "string"
    if required not in ("", "required"):
        findings.error(
            "bad-column",
            element,
            f'The third part of the column "{identity}" of "{table}" is "{required[:40]}"; it must be '
            '"required" or empty.',
        )
    return Field(
        id=identity,
        label=label or identity,
        type=kind,
        required=required == "required",
        options=tuple(_column_options(choices)),
        register=register if kind == "person" else None,
    )


def _column_options(text: str) -> list[Option]:
    options = []
    for choice in filter(None, (part.strip() for part in text.split(";"))):
        identity, _, label = choice.partition("=")
        options.append(Option(identity.strip(), label.strip() or identity.strip()))
    return options


def suggestion(word: str, known: Iterable[str]) -> str:
    """Give ` (did you mean "..."?)` where something known looks alike, else nothing."""
    # Comparing is slow work; a hostile file must not make much of it.
    choices = sorted(known)
    if len(word) > _COMPARED_LENGTH or len(choices) > _COMPARED_WORDS:
        return ""
    near = get_close_matches(word, choices, n=1, cutoff=0.6)
    return f' (did you mean "{near[0]}"?)' if near else ""
