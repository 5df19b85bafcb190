"""The console command `lienthong`: everything an installation is run with."""

from __future__ import annotations

import typer

from lienthong.config.cli import (
    beginning,
    checking,
    conforming,
    connecting,
    demonstration,
    loading,
    packages,
    sending,
    serving,
    tokens,
    trusting,
    verifying,
)

app = typer.Typer(
    name="lienthong",
    help="Liên Thông: interchange of official documents, from one command to the whole country.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(serving.up)
app.command()(demonstration.demo)
app.command()(checking.doctor)
app.command()(verifying.verify)
app.command("verify-package")(packages.verify_package)
app.command()(sending.send)
app.command()(conforming.conformance)
app.command("load-country")(loading.load_country)
app.command("load-services")(loading.load_services)
app.command("first-administrator")(beginning.first_administrator)
app.command()(connecting.connect)
app.command()(trusting.authority)
app.command("issue-certificates")(trusting.issue_certificates)
app.command("renew-signing-key")(trusting.renew_signing_key)
app.command("register-system")(trusting.register_system)
app.command("sign-token")(tokens.sign_token)
app.command("request-token")(tokens.request_token)
app.command("certify-token")(tokens.certify_token)
app.command("revoke-token")(tokens.revoke_token)
