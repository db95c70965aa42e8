"""Signing in and out, and the page to change one's password."""

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug import Response
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from config import Config
from webapp import access, clock
from webapp.forms import PageForm
from workflows import passwords, sign_in
from workflows.errors import InvalidAnswersError
from workflows.sessions import Client

bp = Blueprint("signing_in", __name__)

HOME = "/"

# Whom to try first in the demo city; shown only where it is loaded.
DEMO_PEOPLE = (
    ("lucinda.marsh-hadley@northwater.example", "asks for a site (Arts Commission)"),
    ("hollis.birchmere@northwater.example", "forwards requests (Parks and Recreation)"),
    ("tobin.ashgrove@northwater.example", "reviews for Communications"),
    ("odalys.fernbrook@northwater.example", "decides for Communications"),
    ("ravindra.coldspring@northwater.example", "advises on security (Information Technology)"),
    ("paolo.bristlecone@northwater.example", "sets up retention (City Clerk)"),
    ("beatrix.okonjo-vale@northwater.example", "advises on the law, may break glass (Attorney)"),
    ("cyrus.peltonen@northwater.example", "investigates complaints; found what C-07 is about"),
    ("annika.drumlin@northwater.example", "advises on discipline; C-07 waits for her"),
    ("lorna.greywater@northwater.example", "heads Public Works, acts after that advice"),
    ("emeka.stillwell@northwater.example", "investigates for Public Works, kept from C-07"),
    ("celeste.varga-holm@northwater.example", "watches where cases wait (process manager)"),
    ("tobias.quenby@northwater.example", "audits: why each site may exist, who read what"),
    ("signe.albrook@northwater.example", "administers people and the system"),
)
TOO_LONG = Length(max=passwords.LONGEST, message="This is longer than a password may be.")


class SignInForm(PageForm):
    email = StringField(
        "E-mail address",
        [InputRequired("Enter your work e-mail address."), Length(max=254)],
        render_kw={"autocomplete": "username", "inputmode": "email", "spellcheck": "false"},
    )
    password = PasswordField(
        "Password",
        [InputRequired("Enter your password."), TOO_LONG],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class PasswordForm(PageForm):
    current = PasswordField(
        "Present password",
        [InputRequired("Enter the password that you signed in with."), TOO_LONG],
        render_kw={"autocomplete": "current-password"},
    )
    new = PasswordField(
        "New password",
        [InputRequired("Enter a new password.")],
        description=f"At least {passwords.SHORTEST} characters. A few words in a row are easy to "
        "remember; digits and signs are not asked for.",
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        "New password once more",
        [
            InputRequired("Enter the new password once more."),
            EqualTo("new", "This differs from the new password above."),
        ],
        render_kw={"autocomplete": "new-password"},
    )


@bp.get("/login")
def login() -> ResponseReturnValue:
    target = _target(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(target, code=303)
    form = SignInForm(formdata=None, data={"next": "" if target == HOME else target})
    return render_template("signing_in/login.html", form=form, demo_people=DEMO_PEOPLE)


@bp.post("/login")
def enter() -> ResponseReturnValue:
    form = SignInForm()
    if not form.validate_on_submit():
        return _again(form)
    try:
        opened = sign_in.sign_in(
            email=form.email.data or "",
            password=form.password.data or "",
            client=_client(),
            now=clock.now(),
            day=clock.today(),
        )
    except sign_in.WrongPasswordError as error:
        # Without the address that was typed: people type their password into the wrong field.
        current_app.logger.warning("A sign-in from %s was refused.", request.remote_addr)
        form.form_errors.append(str(error))
        return _again(form)
    # A token of the time before belongs to whoever used this browser before.
    session.clear()
    target = url_for(".password") if opened.must_change_password else _target(form.next.data)
    return _with_token(redirect(target, code=303), opened.token)


@bp.post("/logout")
def logout() -> ResponseReturnValue:
    if current_user.is_authenticated:
        sign_in.sign_out(access.me(), now=clock.now())
    session.clear()
    flash("You are signed out.")
    response = redirect(url_for(".login"), code=303)
    response.delete_cookie(
        access.cookie_name(), secure=_https(), httponly=True, samesite="Lax", path="/"
    )
    return response


@bp.get("/password")
def password() -> ResponseReturnValue:
    return render_template("signing_in/password.html", form=PasswordForm(formdata=None))


@bp.post("/password")
def change_password() -> ResponseReturnValue:
    form = PasswordForm()
    if not form.validate_on_submit():
        return render_template("signing_in/password.html", form=form), 422
    try:
        token = sign_in.change_password(
            access.me(),
            current=form.current.data or "",
            new=form.new.data or "",
            client=_client(),
            now=clock.now(),
        )
    except InvalidAnswersError as error:
        form.take(error)
        return render_template("signing_in/password.html", form=form), 422
    session.clear()
    flash("Your password is changed. Wherever else you were signed in, you are signed out now.")
    return _with_token(redirect(HOME, code=303), token)


def _again(form: SignInForm) -> ResponseReturnValue:
    form.next.data = "" if _target(form.next.data) == HOME else form.next.data
    return render_template("signing_in/login.html", form=form, demo_people=DEMO_PEOPLE), 422


def _target(wanted: str | None) -> str:
    """Where to go after signing in: a page of ours, never another site."""
    return wanted if wanted and access.is_local(wanted) else HOME


def _client() -> Client:
    return Client(request.remote_addr, request.user_agent.string)


def _with_token(response: Response, token: str) -> Response:
    response.set_cookie(
        access.cookie_name(), token, secure=_https(), httponly=True, samesite="Lax", path="/"
    )
    return response


def _https() -> bool:
    settings: Config = current_app.config["SITEWARD"]
    return settings.secure_cookies
