"""The versions of the policy: since when each was in force, what it changed, what it left behind."""

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from models.database import db
from webapp import access, clock
from webapp.runtime import runtime, settings
from workflows import policy_recheck, policy_versions
from workflows.policy.pack import PolicyPackError, load
from workflows.policy.reading import Mistake
from workflows.policy_changes import Change, changes
from workflows.policy_map import read_map

bp = Blueprint("policy_versions", __name__, url_prefix="/policy/versions")


@dataclass(frozen=True)
class Folder:
    """The policy in the city's folder beside the one in force: with mistakes, or not taken up yet."""

    mistakes: tuple[Mistake, ...]
    waits: bool


@bp.get("")
def index() -> ResponseReturnValue:
    """List all versions, the one in force first."""
    return render_template(
        "policy/versions.html",
        versions=policy_versions.versions(db.session()),
        folder=folder() if access.may(access.me(), "admin.incidents") else None,
    )


@bp.get("/<int:number>")
def version(number: int) -> ResponseReturnValue:
    """Show one version: what it changed, and which diagrams and cases do not keep it."""
    session = db.session()
    row = policy_versions.version_of(session, number)
    in_force = policy_versions.number_in_force(session) == number
    before = policy_versions.version_of(session, number - 1) if number > 1 else None
    sees = access.may(access.me(), "admin.incidents")
    return render_template(
        "policy/version.html",
        row=row,
        before=before,
        changes=_changes(number) if before else [],
        in_force=in_force,
        found=read_map(runtime(), session, now=clock.now()) if in_force else None,
        broken=policy_recheck.broken_cases(session) if in_force and sees else [],
    )


def folder() -> Folder:
    """Say how the policy of the city's folder stands to the one in force."""
    try:
        there = load(settings().policy_dir / "policy")
    except PolicyPackError as error:
        return Folder(error.mistakes, waits=False)
    return Folder((), waits=there.version != runtime().pack.version)


def _changes(number: int) -> list[Change] | None:
    """Say what a version changed; None where one of the two cannot be read any more."""
    session = db.session()
    try:
        new = policy_versions.pack_of(policy_versions.version_of(session, number))
        old = policy_versions.pack_of(policy_versions.version_of(session, number - 1))
    except PolicyPackError:
        return None
    return changes(old, new)
