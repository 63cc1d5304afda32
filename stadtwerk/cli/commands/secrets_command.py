"""`stadtwerk secrets init`, `stadtwerk secrets add` and `stadtwerk secrets revoke`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from pathlib import Path

from simulator.contracts.command_line import Speaker
from simulator.contracts.words import Text, Words

_ = Words("stadtwerk")
_n = _.plural

EPILOG = _("examples of an action: stadtwerk secrets ACTION --help\n")
INIT = _(
    """\
examples:
  stadtwerk secrets init --out secrets --city demo
  stadtwerk secrets init --out secrets --gateway gw-1 --gateway gw-2 \\
      --host-a mqtt-a.example.org --host-b mqtt-b.example.org --listen 0.0.0.0
  stadtwerk secrets init --out secrets --city demo --compose      all that docker-compose.yml mounts

Each machine gets the one folder that is its own: mosquitto-a/ and mosquitto-b/ go to /etc/stadtwerk/ of the brokers,
identities/NAME/ to the one who has that name. authority/ stays offline: whoever has it can make further identities.
No secret is ever printed or overwritten, and git leaves the folder out.
"""
)
ADD = _(
    """\
examples:
  stadtwerk secrets add --to secrets --gateway gw-3
  stadtwerk secrets add --to secrets --gateway gw-4 --gateway gw-5 --days 365

Brokers take their certificates at once, and know their rights once each has its new rights.json and was started again.
"""
)
REVOKE = _(
    """\
examples:
  stadtwerk secrets revoke --in secrets --identity gw-2       a gateway that was stolen

It says which files to bring to the brokers. Started again, one after the other, they turn it away: by the list, by its
password, and by its rights, of which none is left.
"""
)

ROLES: Mapping[str, Text] = {
    "GATEWAY": _("a gateway"),
    "INGEST": _("an ingest service"),
    "VIEWER": _("a reader"),
    "CONTROL": _("the control of gateways"),
    "PROBE": _("the brokers' own checks"),
}
"""Whose an identity may be, by the name of its role."""

_FORM = argparse.RawDescriptionHelpFormatter


def add_arguments(parser: argparse.ArgumentParser, say: Speaker) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    init = actions.add_parser(
        "init",
        help=say(_("certificates and passwords of a new installation")),
        epilog=say(INIT),
        formatter_class=_FORM,
    )
    init.add_argument("--out", type=Path, required=True, metavar="DIR", help=say(_("folder to write; must not exist")))
    of = init.add_mutually_exclusive_group(required=True)
    of.add_argument("--city", help=say(_("the gateways of a city, by folder or name")))
    of.add_argument("--gateway", action="append", metavar="ID", help=say(_("a gateway; may be given many times")))
    for letter in "ab":
        init.add_argument(
            f"--host-{letter}",
            action="append",
            metavar="HOST",
            help=say(
                _("name or address of broker {letter}, may be given many times (default: this machine)", letter=letter)
            ),
        )
    init.add_argument("--listen", metavar="ADDRESS", help=say(_("what brokers bind (default: 127.0.0.1)")))
    init.add_argument(
        "--compose",
        action="store_true",
        help=say(
            _(
                "for docker-compose.yml: brokers under the names of its services, and what gateways, the database and "
                "Grafana need (without --host-a, --host-b and --listen)"
            )
        ),
    )
    init.add_argument("--viewer", action="append", metavar="NAME", help=say(_("one who only reads (default: viewer)")))
    add = actions.add_parser(
        "add", help=say(_("further gateways for an installation")), epilog=say(ADD), formatter_class=_FORM
    )
    add.add_argument("--to", type=Path, required=True, metavar="DIR", help=say(_("folder that `secrets init` made")))
    add.add_argument(
        "--gateway", action="append", required=True, metavar="ID", help=say(_("a gateway; may be given again"))
    )
    revoke = actions.add_parser(
        "revoke", help=say(_("take certificates and passwords out of force")), epilog=say(REVOKE), formatter_class=_FORM
    )
    revoke.add_argument(
        "--in", dest="to", type=Path, required=True, metavar="DIR", help=say(_("folder of `secrets init`"))
    )
    revoke.add_argument(
        "--identity",
        action="append",
        default=[],
        metavar="NAME",
        help=say(_("whose; may be given again (default: nobody's)")),
    )
    for action in (init, add, revoke):
        say.add_lang(action, _("language of the answer"))
    for action in (init, add):
        action.add_argument(
            "--days", type=int, default=730, help=say(_("how long certificates are valid (default: 730)"))
        )


def execute(options: argparse.Namespace) -> int:
    from gateways.secrets.folder import BROKER_HOSTS, ENVIRONMENT, LOCAL, SecretsExist, add_gateways, init_secrets
    from simulator.contracts.problem import BadInput, Problem, Unable, reason_of

    folder: Path = options.out if options.action == "init" else options.to
    if options.action == "revoke":
        return _revoke(folder, options.identity, options.lang)
    try:
        if options.action == "add":
            made = add_gateways(folder, options.gateway, days=options.days)
        else:
            hosts = {"mosquitto-a": options.host_a or (), "mosquitto-b": options.host_b or ()}
            if options.compose:
                if options.host_a or options.host_b or options.listen:
                    raise Unable(_("--compose says itself where the brokers are: leave the hosts and --listen out"))
                hosts = dict(BROKER_HOSTS)
            made = init_secrets(
                folder,
                options.gateway or _gateways(options.city),
                hosts,
                viewers=options.viewer or ("viewer",),
                listen=options.listen or ("0.0.0.0" if options.compose else LOCAL[0]),
                days=options.days,
                compose=options.compose,
            )
    except SecretsExist as exists:
        raise BadInput([Problem(str(folder), 0, "secrets", reason_of(exists), _("name another one"))]) from None
    except ValueError as wrong:
        raise BadInput(
            [Problem(str(folder), 0, "secrets", reason_of(wrong), _("see stadtwerk secrets --help"))]
        ) from None
    except OSError as error:
        what = _("cannot be read or written: {reason}", reason=reason_of(error))
        raise BadInput([Problem(error.filename or str(folder), 0, "secrets", what, _("see its rights"))]) from None
    told: list[Text] = [
        _n(
            "secrets: {folder}, open to you only; certificates are valid for {n} day",
            "secrets: {folder}, open to you only; certificates are valid for {n} days",
            options.days,
            folder=str(folder),
        )
    ]
    told += [_("  {name}/: server certificate, rights, configuration", name=name) for name in made.brokers]
    for one in made.identities:
        text = _("  identities/{name}/: certificate and password, for {role}")
        told.append(text.filled(name=one.name, role=ROLES[one.role.name]))
    if options.action == "init":
        told.append(_("  authority/: keep it offline, it is needed only to make further identities"))
        if options.compose:
            told.append(_("  simulator/, influxdb/, grafana/: what these services mount"))
            told += _as_whom(folder)
            command = f"docker compose --env-file {folder / ENVIRONMENT} --profile live up --build --detach"
            told.append(_("next: {command}", command=command))
    else:
        told.append(_("bring rights.json to each broker, and start first the one again, then the other"))
    print(*(text.of(options.lang) for text in told), sep="\n")
    return 0


def _as_whom(folder: Path) -> list[Text]:
    """What is special where Docker runs as this user, or this user is root."""
    from gateways.secrets.folder import OTHER_USER, container_user

    user, group = container_user()
    if (user, group) == (0, 0):
        return [_("  Docker runs as you: root of a container is you, and containers run as that")]
    if not hasattr(os, "getuid") or os.getuid() != 0:
        return []
    command = f"chown -R {OTHER_USER[0]}:{OTHER_USER[1]} {folder}"
    return [
        _("  you are root, and containers never run as root: give them what they read with {command}", command=command)
    ]


def _revoke(folder: Path, names: list[str], lang: str) -> int:
    from gateways.secrets.authority import UnknownIdentity, revoke
    from simulator.contracts.problem import BadInput, Problem, reason_of

    try:
        changed = revoke(folder, names)
    except UnknownIdentity as unknown:
        fix = _("the identities are the folders in {folder}", folder=str(folder / "identities"))
        raise BadInput([Problem(str(folder), 0, "--identity", reason_of(unknown), fix)]) from None
    except (ValueError, OSError) as error:
        what = _("is no folder of secrets with its authority: {error}", error=reason_of(error))
        raise BadInput([Problem(str(folder), 0, "secrets", what, _("see stadtwerk secrets --help"))]) from None
    print((_("revoked: {names}", names=", ".join(names)) if names else _("revoked: nobody")).of(lang))
    bring = _("bring these to the brokers, and start first the one again, then the other:")
    print(bring.of(lang))
    for file in changed:
        print(f"  {file}")
    return 0


def _gateways(city: str) -> tuple[str, ...]:
    from stadtwerk.library import load_named_city

    return tuple(dict.fromkeys(cohort.gateway for cohort in load_named_city(city).cohorts))
