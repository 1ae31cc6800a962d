"""Namespaces that do not go away."""

from __future__ import annotations

from tests.scenarios.case import Case, Expected, Failure, Ref
from tests.scenarios.shapes import config, named, space
from tests.scenarios.site import Site, condition


async def leave(site: Site) -> None:
    """Delete the namespace; the controller says what remains."""
    target = named("v1", "Namespace", None, "space-held")
    await site.api.delete(target)
    await site.shows(
        target, lambda one: condition(one, "NamespaceFinalizersRemaining").get("status") == "True", "stays"
    )


CASES: tuple[Case, ...] = (
    Failure(
        name="space-held",
        row=35,
        broken="a namespace stays Terminating: a ConfigMap in it keeps a finalizer",
        objects=(
            space("space-held"),
            config("space-held", "ledger")
            | {"metadata": {"name": "ledger", "namespace": "space-held", "finalizers": ["example.com/audit"]}},
        ),
        steps=(leave,),
        expected=Expected(
            blame=(
                Ref("Namespace", None, "space-held"),
                Ref("ConfigMap", "space-held", "ledger"),
                Ref("Deployment", "api-crash", "adapter"),  # APIs that do not answer hold it up, too
                Ref("APIService", None, "*"),
            ),
            words=r"example\.com/audit|finalizer|APIService|exit",
            found=(Ref("Namespace", None, "space-held"),),
        ),
    ),
)
