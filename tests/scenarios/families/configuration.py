"""Settings a container needs and does not get: a ConfigMap, a Secret, or a key in one."""

from __future__ import annotations

from tests.scenarios.case import Case, Expected, Failure, Raw, Ref
from tests.scenarios.kubelet import Container, Happened, Play
from tests.scenarios.shapes import box, config, deploys, made, scripted, space


def unset(name: str, broken: str, words: str, text: str, *blame: Ref, env: Raw, more: tuple[Raw, ...] = ()) -> Failure:
    """A Deployment whose container cannot be configured: ``text`` is the kubelet's."""
    return Failure(
        name=name,
        row=14,
        broken=broken,
        objects=(space(name), *more, scripted(name, "api", box(**env))),
        plays={
            "api": Play(
                {"app": Container(waiting="CreateContainerConfigError", message=text)},
                (Happened("Failed", f"Error: {text}", container="app", count=110),),
            )
        },
        expected=Expected(blame=blame, words=words, found=(deploys(name, "api"),)),
    )


def key(kind: str, name: str, key: str) -> Raw:
    return {"env": [{"name": "PASSWORD", "valueFrom": {f"{kind}KeyRef": {"name": name, "key": key}}}]}


CASES: tuple[Case, ...] = (
    unset(
        "config-missing",
        "its ConfigMap does not exist",
        r"settings",
        'configmap "settings" not found',
        Ref("ConfigMap", "config-missing", "settings"),
        env={"envFrom": [{"configMapRef": {"name": "settings"}}]},
    ),
    unset(
        "config-no-key",
        "its ConfigMap lacks the key",
        r"LOG_LEVEL",
        "couldn't find key LOG_LEVEL in ConfigMap config-no-key/settings",
        Ref("ConfigMap", "config-no-key", "settings"),
        env=key("configMap", "settings", "LOG_LEVEL"),
        more=(config("config-no-key", "settings", log_level="info"),),
    ),
    unset(
        "secret-missing",
        "its Secret does not exist",
        r"db-login",
        'secret "db-login" not found',
        Ref("Secret", "secret-missing", "db-login"),
        env=key("secret", "db-login", "password"),
    ),
    unset(
        "secret-no-key",
        "its Secret lacks the key",
        r"password",
        "couldn't find key password in Secret secret-no-key/db-login",
        Ref("Secret", "secret-no-key", "db-login"),
        env=key("secret", "db-login", "password"),
        more=(made("v1", "Secret", "secret-no-key", "db-login", stringData={"user": "shop"}),),
    ),
    Failure(
        name="config-shared",
        row=14,
        broken="one ConfigMap is missing, and three Deployments need it",
        objects=(
            space("config-shared"),
            *(
                scripted("config-shared", name, box(envFrom=[{"configMapRef": {"name": "shared"}}]))
                for name in ("api", "web", "worker")
            ),
        ),
        plays={
            name: Play({"app": Container(waiting="CreateContainerConfigError", message='configmap "shared" not found')})
            for name in ("api", "web", "worker")
        },
        expected=Expected(
            blame=(Ref("ConfigMap", "config-shared", "shared"),),
            words=r"shared",
            found=(deploys("config-shared", "worker"),),
        ),
    ),
)
