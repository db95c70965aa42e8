"""Taking one filter away: for a while the product runs without some of its words."""

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from flask import Flask
from jinja2 import BaseLoader, Environment

from workflows import inbox

HOUSE = Path(__file__).parents[3]


@contextmanager
def without(where: str, words: str, instead: str = "") -> Iterator[None]:
    """Run a function of ours ("workflows.jobs:_log") without these words, or with others instead.

    It is changed in place, so that whoever has it by whatever name runs the changed one. Words
    that do not stand there exactly once fail: the filter has moved, and with it its mutation.
    """
    module_name, _, name = where.partition(":")
    function = _function(import_module(module_name), name)
    old = function.__code__
    source, first = inspect.getsourcelines(function)
    changed = replaced("".join(source), words, instead)
    whole = Path(old.co_filename).read_text(encoding="utf-8").splitlines(keepends=True)
    whole[first - 1 : first - 1 + len(source)] = [changed]
    compiled = compile("".join(whole), old.co_filename, "exec", dont_inherit=True)
    function.__code__ = _code(compiled, function.__qualname__)
    try:
        with _forgetting():
            yield
    finally:
        function.__code__ = old


@contextmanager
def template_without(
    apps: tuple[Flask, ...], name: str, words: str, instead: str
) -> Iterator[None]:
    """Draw a page of these applications without some words of its template."""
    before = [(app.jinja_env, app.jinja_env.loader) for app in apps]
    for environment, loader in before:
        environment.loader = _Changed(loader, name, words, instead)
        _forget(environment)
    try:
        yield
    finally:
        for environment, loader in before:
            environment.loader = loader
            _forget(environment)


def replaced(text: str, words: str, instead: str) -> str:
    """Give the text with words replaced that stand in it once, however its lines are broken."""
    pattern = r"\s*".join(re.escape(word) for word in words.split())
    found = re.findall(pattern, text)
    assert len(found) == 1, f"{words!r} stands {len(found)} times in {text[:80]!r}"
    return re.sub(pattern, lambda _: instead, text)


def _function(owner: Any, name: str) -> FunctionType:
    for part in name.split("."):
        owner = inspect.getattr_static(owner, part)
        owner = getattr(owner, "fget", None) or getattr(owner, "func", owner)
    found = inspect.unwrap(owner)
    assert isinstance(found, FunctionType)
    return found


def _code(code: CodeType, name: str) -> CodeType:
    inner = [const for const in code.co_consts if isinstance(const, CodeType)]
    for one in inner:
        if one.co_qualname == name:
            return one
        with suppress(LookupError):
            return _code(one, name)
    raise LookupError(name)


@contextmanager
def _forgetting() -> Iterator[None]:
    """Forget the statements that were made with the filter, and again those without."""
    kept = (inbox._list, inbox._counts)
    for cache in kept:
        cache.cache_clear()
    try:
        yield
    finally:
        for cache in kept:
            cache.cache_clear()


def _forget(environment: Environment) -> None:
    assert environment.cache is not None
    environment.cache.clear()


class _Changed(BaseLoader):
    """Reads templates, one of them with some words changed."""

    def __init__(self, loader: BaseLoader | None, name: str, words: str, instead: str) -> None:
        assert loader is not None
        self._loader, self._name, self._change = loader, name, (words, instead)

    def get_source(self, environment: Environment, template: str) -> Any:
        source, name, fresh = self._loader.get_source(environment, template)
        return (
            replaced(source, *self._change) if template == self._name else source,
            name,
            fresh,
        )


class Words:
    """Where in the code of ours some words stand: by the name of each function, and each template."""

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)

    @cached_property
    def places(self) -> set[str]:
        """Functions as "workflows.jobs:_log", and templates by their path."""
        return {*self._functions(), *self._templates()}

    def _functions(self) -> Iterator[str]:
        for package in ("workflows", "webapp"):
            for path in sorted((HOUSE / package).rglob("*.py")):
                inside = path.relative_to(HOUSE)
                if "node_modules" in inside.parts or "diagrams" in inside.parts[:-1]:
                    continue
                module = ".".join(inside.with_suffix("").parts).removesuffix(".__init__")
                text = path.read_text(encoding="utf-8")
                yield from (f"{module}:{name}" for name in self._named(ast.parse(text)))

    def _named(self, tree: ast.AST, within: str = "") -> Iterator[str]:
        for node in ast.iter_child_nodes(tree):
            if isinstance(node, ast.ClassDef):
                yield from self._named(node, f"{within}{node.name}.")
            elif isinstance(node, ast.FunctionDef) and self._pattern.search(_bare(node)):
                yield f"{within}{node.name}"

    def _templates(self) -> Iterator[str]:
        folder = HOUSE / "webapp" / "templates"
        for path in sorted(folder.rglob("*.html")):
            marks = re.findall(r"\{[%{].*?[%}]\}", path.read_text(encoding="utf-8"), re.DOTALL)
            if any(self._pattern.search(mark) for mark in marks):
                yield str(path.relative_to(folder))


def _bare(node: ast.FunctionDef) -> str:
    """Give the code of a function, without what its docstring says."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return textwrap.dedent("\n".join(ast.unparse(line) for line in body))


assert sys.version_info >= (3, 11), "names of code are known from 3.11 on"
