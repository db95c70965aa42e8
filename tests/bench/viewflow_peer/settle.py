# mypy: disable-error-code="import-not-found, misc"
"""Make the database and its people: one person for each role, `--members` more in Communications."""

import argparse
import os

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.viewflow_peer.settings")
ROLES = ("department", "communications", "it", "clerk")


def main() -> None:
    """Settle who is not there yet."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--members", type=int, default=0)
    parser.add_argument("--password", required=True)
    options = parser.parse_args()
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    _settle(options.password, options.members)


def _settle(password: str, members: int) -> None:
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415 (Django must be set up first)
    from django.contrib.auth.models import Group, Permission, User  # noqa: PLC0415
    from django.contrib.contenttypes.models import ContentType  # noqa: PLC0415

    hashed = make_password(password)
    about = ContentType.objects.get_for_model(User)
    see = Permission.objects.get(codename="view_benchprocess")
    for role in ROLES:
        permission, _ = Permission.objects.get_or_create(
            codename=role, content_type=about, defaults={"name": role}
        )
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.add(permission, see)
        user, _ = User.objects.get_or_create(username=role, defaults={"password": hashed})
        user.groups.add(group)
    many = [User(username=f"member{n}", password=hashed) for n in range(members)]
    Group.objects.get(name="communications").user_set.add(*User.objects.bulk_create(many))


if __name__ == "__main__":
    main()
