"""`stadtwerk secrets init`, `stadtwerk secrets add` and `stadtwerk secrets revoke`."""

from __future__ import annotations

import argparse
from pathlib import Path

from simulator.contracts.words import Words
from stadtwerk.cli.language import Speaker

_ = Words("stadtwerk")

EPILOG = _(
    """\
examples:
  stadtwerk secrets init --out secrets --city demo
  stadtwerk secrets init --out secrets --gateway gw-1 --gateway gw-2 \\
      --host-a mqtt-a.example.org --host-b mqtt-b.example.org --listen 0.0.0.0
  stadtwerk secrets init --out secrets --city demo --compose      all that docker-compose.yml mounts
  stadtwerk secrets add --to secrets --gateway gw-3
  stadtwerk secrets revoke --in secrets --identity gw-2       a gateway that was stolen

Each machine gets the one folder that is its own: mosquitto-a/ and mosquitto-b/ go to /etc/stadtwerk/ of the brokers,
identities/NAME/ to the one who has that name. authority/ stays offline: whoever has it can make further identities.
No secret is ever printed or overwritten, and git leaves the folder out.
"""
)

_FORM = argparse.RawDescriptionHelpFormatter


def add_arguments(parser: argparse.ArgumentParser, say: Speaker) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    init = actions.add_parser(
        "init",
        help=say(_("certificates and passwords of a new installation")),
        epilog=say(EPILOG),
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
        "add", help=say(_("further gateways for an installation")), epilog=say(EPILOG), formatter_class=_FORM
    )
    add.add_argument("--to", type=Path, required=True, metavar="DIR", help=say(_("folder that `secrets init` made")))
    add.add_argument(
        "--gateway", action="append", required=True, metavar="ID", help=say(_("a gateway; may be given again"))
    )
    revoke = actions.add_parser(
        "revoke", help=say(_("take certificates and passwords out of force")), epilog=say(EPILOG), formatter_class=_FORM
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
    for action in (init, add):
        action.add_argument(
            "--days", type=int, default=730, help=say(_("how long certificates are valid (default: 730)"))
        )


def execute(options: argparse.Namespace) -> int:
    from gateways.secrets.folder import BROKER_HOSTS, ENVIRONMENT, LOCAL, SecretsExist, add_gateways, init_secrets
    from simulator.contracts.problem import BadInput, Problem

    folder: Path = options.out if options.action == "init" else options.to
    if options.action == "revoke":
        return _revoke(folder, options.identity)
    try:
        if options.action == "add":
            made = add_gateways(folder, options.gateway, days=options.days)
        else:
            hosts = {"mosquitto-a": options.host_a or (), "mosquitto-b": options.host_b or ()}
            if options.compose:
                if options.host_a or options.host_b or options.listen:
                    raise ValueError("--compose says itself where the brokers are, leave the hosts and --listen out")
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
        raise BadInput([Problem(str(folder), 0, "secrets", str(exists), "name another one")]) from None
    except ValueError as wrong:
        raise BadInput([Problem(str(folder), 0, "secrets", str(wrong), "see stadtwerk secrets --help")]) from None
    except OSError as error:
        what = f"cannot be read or written: {error.strerror}"
        raise BadInput([Problem(error.filename or str(folder), 0, "secrets", what, "see its rights")]) from None
    print(f"secrets: {folder}, open to you only; certificates are valid for {options.days} days")
    for broker in made.brokers:
        print(f"  {broker}/: server certificate, passwords, rights, configuration")
    for identity in made.identities:
        print(f"  identities/{identity.name}/: certificate and password, for {identity.role.value}")
    if options.action == "init":
        print("  authority/: keep it offline, it is needed only to make further identities")
        if options.compose:
            print("  simulator/, influxdb/, grafana/: what these services mount")
            print(f"next: docker compose --env-file {folder / ENVIRONMENT} --profile live up --build --detach")
    else:
        print("bring the file passwords of both brokers to them if gateways log in by password")
    return 0


def _revoke(folder: Path, names: list[str]) -> int:
    from gateways.secrets.authority import UnknownIdentity, revoke
    from simulator.contracts.problem import BadInput, Problem

    try:
        changed = revoke(folder, names)
    except UnknownIdentity as unknown:
        mend = f"the identities are the folders in {folder / 'identities'}"
        raise BadInput([Problem(str(folder), 0, "--identity", str(unknown), mend)]) from None
    except (ValueError, OSError) as error:
        what = f"is no folder of secrets with its authority: {error}"
        raise BadInput([Problem(str(folder), 0, "secrets", what, "see stadtwerk secrets --help")]) from None
    print(f"revoked: {', '.join(names) or 'nobody'}")
    print("bring these to the brokers, which read them on SIGHUP (a restart ends connections that are there):")
    for file in changed:
        print(f"  {file}")
    return 0


def _gateways(city: str) -> tuple[str, ...]:
    from stadtwerk.library import load_named_city

    return tuple(dict.fromkeys(cohort.gateway for cohort in load_named_city(city).cohorts))
