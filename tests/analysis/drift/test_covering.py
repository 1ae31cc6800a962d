"""What may be a secret is never shown, and what is plainly none stays: a drift that hides everything tells nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from k8sview.analysis.drift.comparing.told import in_words
from k8sview.analysis.drift.fields import differences
from k8sview.analysis.drift.ownership.values import shown_value

APP = "spec.template.spec.containers[name=app]"
SECRET = "Hush7hunter2wxyz"
HEX = "0123456789abcdef" * 4
PEM = "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----\n"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def told(path: str, value: Any, kind: str = "Widget") -> str:
    """All that any door shows of a value: of one that is written, of one that replaced another, line by line."""
    seen = [shown_value({"kind": kind}, path, value)]
    if kind != "Secret":
        others: list[Any] = ["old", "a: 1\nb: 2\n"] if isinstance(value, str) else [["old"], None]
        for other in others:
            seen += [*in_words(path, other, value), *in_words(path, value, other)]
        seen += [one for change in differences("old", value, path) for one in (change.before, change.after)]
    return "\n".join(str(one) for one in seen)


COMMANDS: dict[str, Callable[[str], list[str]]] = {
    "mysql": lambda x: ["mysql", "-uroot", "-p" + x],
    "mysql without its program": lambda x: ["-uroot", "-p" + x],
    "sshpass": lambda x: ["sshpass", "-p", x, "ssh", "h"],
    "redis server": lambda x: ["redis-server", "--requirepass", x],
    "redis client": lambda x: ["redis-cli", "-a", x, "ping"],
    "curl user": lambda x: ["curl", "-u", "user:" + x, "https://h"],
    "curl user attached": lambda x: ["curl", "-uuser:" + x],
    "curl bearer": lambda x: ["curl", "-H", "Authorization: Bearer " + x],
    "curl key": lambda x: ["curl", "-H", "X-Api-Key: " + x],
    "curl cookie": lambda x: ["curl", "-b", "session=" + x],
    "export": lambda x: ["sh", "-c", "export TOKEN=" + x + " && run"],
    "quoted": lambda x: ["sh", "-c", "PGPASSWORD='" + x + "' psql"],
    "java": lambda x: ["java", "-Djavax.net.ssl.keyStorePassword=" + x, "-jar", "a"],
    "--db-pass": lambda x: ["app", "--db-pass", x],
    "--pass=": lambda x: ["app", "--pass=" + x],
    "--pwd": lambda x: ["app", "--pwd", x],
    "--secret-key=": lambda x: ["app", "--secret-key=" + x],
    "--apikey=": lambda x: ["app", "--apikey=" + x],
    "--encryption-key": lambda x: ["app", "--encryption-key", x],
    "--dbPassword": lambda x: ["app", "--dbPassword", x],
    "--credentials=": lambda x: ["app", "--credentials=" + x],
    "a value that starts with a dash": lambda x: ["app", "--token", "-" + x],
    "dsn": lambda x: ["app", "--dsn=postgres://u:" + x + "@h/db"],
    "dsn of words": lambda x: ["app", "host=h user=u password=" + x + " dbname=d"],
    "connection string": lambda x: ["app", "Server=h;User Id=u;Password=" + x + ";"],
    "storage account": lambda x: ["app", "AccountName=a;AccountKey=" + x + "==;EndpointSuffix=core"],
    "signed address": lambda x: ["app", "https://a.example.org/c?sv=1&sig=" + x],
    "git": lambda x: ["git", "clone", "https://" + x + "@git.example.org/x/y"],
    "json": lambda x: ["app", '{"password":"' + x + '"}'],
    "json of json": lambda x: ["app", json.dumps({"a": json.dumps({"password": x})})],
    "yaml": lambda x: ["app", "password: " + x],
    "jwt": lambda x: ["app", "--x", "eyJhbGciOiJIUzI1NiJ9." + x + "." + x],
    "pem": lambda x: ["app", PEM.format(x)],
    "openssl": lambda x: ["openssl", "enc", "-pass", "pass:" + x],
    "a pipe": lambda x: ["sh", "-c", "echo " + x + " | docker login -u u --password-stdin"],
    "an address without a scheme": lambda x: ["app", "u:" + x + "@tcp(h:3306)/db"],
    "words of a configuration": lambda x: ["redis-server", "requirepass", x],
    "a single dash": lambda x: ["vault", "login", "-token=" + x],
    "a parameter": lambda x: ["psql", "postgresql://u@h/db?password=" + x],
    "htpasswd": lambda x: ["htpasswd", "-b", "f", "u", x],
    "mongo": lambda x: ["mongo", "-u", "u", "-p", x],
    "etcd": lambda x: ["etcdctl", "--user", "root:" + x],
    "etcd assigned": lambda x: ["etcdctl", "--user=root:" + x],
    "ldap": lambda x: ["ldapsearch", "-D", "cn=a", "-w", x],
    "docker": lambda x: ["docker", "login", "-u", "u", "-p", x],
    "chat hook": lambda x: ["app", "https://hooks.slack.com/services/T/B/" + x],
    "encoded json": lambda x: ["app", encoded('{"password":"' + x + '"}')],
    "basic": lambda x: ["curl", "-H", "Authorization: Basic " + encoded("u:" + x)],
}


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_command_lines(words: Callable[[str], list[str]]) -> None:
    line = words(SECRET)
    for value in (line, ["sh", "-c", " ".join(line)]):
        for place in ("args", "readinessProbe.exec.command", "lifecycle.preStop.exec.command"):
            text = told(f"{APP}.{place}", value, "Deployment")
            assert SECRET not in text
            assert encoded("u:" + SECRET)[4:12] not in text
        assert SECRET not in told(f"{APP}.livenessProbe", {"exec": {"command": value}}, "Deployment")


CONFIG = [
    ("password", "{}"), ("passwd", "{}"), ("a.json", '{{"clientSecret": "{}"}}'), ("a.json", '{{"db":{{"pin":"{}"}}}}'),
    ("a.json", '{{"token":"{}"'), ("d.properties", "db.password={}"), ("d.properties", "a=1\ndb.password: {}\nb=2"),
    ("f.yaml", "password: {}"), ("f.yaml", 'password: "{}"'), ("f.yaml", "password: |\n  {}\n"),
    ("f.yaml", "tokens:\n- {}\n"), ("f.yaml", "a: 1\npassword: >-\n  x\n  y: {}\n"), ("f.yaml", "tokens:\n- a: {}\n"),
    ("j.toml", 'secret_key = "{}"'), ("k.ini", "[db]\npass = {}"), ("k.ini", "[credentials]\nmain = {}"),
    ("l.env", "SECRET_KEY={}"), ("m.xml", "<password>{}</password>"), ("n.xml", '<user password="{}"/>'),
    ("n.xml", '<add key="Password" value="{}"/>'), ("o", "redis://:{}@h:6379"), ("htpasswd", "u:{}"),
    (".dockerconfigjson", '{{"auths":{{"r":{{"auth":"{}"}}}}}}'), ("x", '{{"auths":{{"r":{{"auth":"{}"}}}}}}'),
    ("netrc", "machine h login u password {}"), ("x", "machine h login u password {}"), ("pgpass", "h:5432:d:u:{}"),
    ("kc", "users:\n- user:\n    token: {}\n"), ("tls.key", PEM), ("x", PEM), ("cmd", "app --password {}"),
    ("am.yml", "slack_api_url: https://hooks.slack.com/services/{}"), ("x.lua", "local password = '{}'"),
    ("x.js", "module.exports = {{apiKey: '{}'}}"), ("nginx.conf", 'proxy_set_header Authorization "Bearer {}";'),
    ("credentials", "[default]\naws_secret_access_key = {}"), ("private.pem", "{}"), ("signingKey", "{}"),
    ("hmac", "{}"), ("redis.conf", "requirepass {}"), ("note", "{}!"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "text"), CONFIG)
def test_values_of_config_maps(key: str, text: str) -> None:
    value = text.format(SECRET)
    assert SECRET not in told(f"data[{key}]", value, "ConfigMap")
    assert SECRET not in told("data", {key: value, "level": "info"}, "ConfigMap")


FIELDS = [
    ("password", "{}"), ("apiKey", "{}"), ("dsn", "mysql://u:{}@h"), ("userPassword", "{}"), ("privateKey", "{}"),
    ("auth", "Basic {}"), ("url", "https://u:{}@h"), ("psk", "{}"), ("pin", "{}"), ("secrets.db", "{}"),
    ("secret.key", "{}"), ("config", "a: 1\npassword: {}\n"), ("tokens[0]", "{}"), ("password", ["{}", "{}"]),
    ("users", [{"name": "a", "password": "{}"}]), ("env", [{"name": "A", "value": "{}"}]),
    ("values", {"auth": {"rootPassword": "{}"}}), ("values", {"tokens": ["{}"]}), ("mountOptions", ["password={}"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "shape"), FIELDS)
def test_fields_of_custom_resources(name: str, shape: Any) -> None:
    value = json.loads(json.dumps(shape).replace("{}", SECRET))
    assert SECRET not in told(f"spec.{name}", value)


@pytest.mark.parametrize("name", ["pin", "password", "psk"])
def test_a_number_is_a_secret_where_its_name_says_so(name: str) -> None:
    assert shown_value({}, f"spec.{name}", 1234) == "…"
    assert in_words(f"spec.{name}", 1234, 5678) == ("…", "…")
    assert [(one.before, one.after) for one in differences(1234, 5678, f"spec.{name}")] == [("…", "…")]
    assert "1234" not in told("spec.auth", {name: 1234})


def test_the_annotations_of_a_secret_are_covered_as_a_whole() -> None:
    secret = {"kind": "Secret"}
    assert shown_value(secret, "metadata.annotations.hint", "anything") == "…"
    assert shown_value(secret, "metadata.annotations", {"hint": "anything"}) == '{"hint":"…"}'
    assert shown_value(secret, "metadata.labels.tier", "db") == "db"
    copy = "metadata.annotations[kubectl.kubernetes.io/last-applied-configuration]"
    assert shown_value({"kind": "ConfigMap"}, copy, '{"data":{"a":"b"}}') == "…"


def test_no_part_of_a_key_or_token_is_shown() -> None:
    line = "MIIEowIBAAKCAQEA7bq1" * 3
    for path in ("data.x", "spec.x", f"{APP}.args"):
        assert line[:6] not in told(path, line)
        assert line[:6] not in told(path, PEM.format(f"{line}\n{line}"))
        assert in_words(path, PEM.format("a"), PEM.format(line)) == ("line 2: …", "line 2: …")
        assert HEX[:6] not in told(path, HEX)
    token = f"eyJhbGciOiJSUzI1NiJ9.{line}.{line}-_{line}"
    assert shown_value({}, "spec.x", token) == "…"


@pytest.mark.parametrize("text", ["<a" * 400_000, "1" * 800_000, "[" * 800_000, "[" * 900 + "]" * 900, " -p" * 250_000])
def test_a_text_that_is_made_to_take_long_does_not(text: str) -> None:
    for path in ("data.x", "spec.x"):
        assert shown_value({}, path, text) is not None
        assert in_words(path, text, f"{text}\nx")[1] is not None


VISIBLE: list[tuple[str, Any]] = [
    ("spec.template.spec.automountServiceAccountToken", False),
    ("spec.replicas", 3),
    ("spec.tokenExpirationSeconds", 600),
    ("spec.maxTokens", 100),
    ("spec.hard.secrets", "10"),
    (f"{APP}.image", f"registry.example.org/shop/web@sha256:{HEX}"),
    ("spec.template.spec.volumes[name=t].projected.sources[0].serviceAccountToken.path", "token"),
    ("spec.template.spec.volumes[name=t].projected.sources[0].serviceAccountToken.expirationSeconds", 3600),
    ("spec.template.spec.volumes[name=db-token].secret.secretName", "db"),
    (f"{APP}.env[name=PASSWORD].valueFrom.secretKeyRef.name", "db"),
    (f"{APP}.env[name=PASSWORD].valueFrom.secretKeyRef.key", "password"),
    ("spec.template.spec.imagePullSecrets[name=regcred].name", "regcred"),
    ("spec.secretStoreRef.kind", "ClusterSecretStore"),
    ("spec.privateKey.rotationPolicy", "Always"),
    ("spec.values.auth.existingSecret", "db"),
    ("spec.sessionAffinity", "ClientIP"),
    ("spec.schedule", "*/5 * * * *"),
    ("spec.path", "/usr/local/lib/python3/dist/packages"),
    ("metadata.uid", "6f1e0f3e-6d3b-4e2e-9d62-0c2b4b5f8d11"),
    ("metadata.labels[pod-template-hash]", "7d4b9c6f5d"),
    ("metadata.annotations[kubectl.kubernetes.io/restartedAt]", "2026-11-23T01:31:51Z"),
    ("data.level", "debug"),
    ("data.MODE", "slow"),
    ("data.enabled", "true"),
    ("data.port", "8080"),
    ("data.timeout", "30s"),
    ("data.host", "db.shop.svc:5432"),
    ("data.file", "/etc/app/config.yaml"),
    ("data.url", "https://api.example.org/v1/things"),
    ("data[a.json]", '{"level":"debug"}'),
    ("data[log.properties]", "log.level=DEBUG"),
    ("data.tokenizer", "bert"),
]


@pytest.mark.parametrize(("path", "value"), VISIBLE)
def test_what_is_no_secret_stays(path: str, value: Any) -> None:
    expected = str(value).lower() if isinstance(value, bool) else str(value)
    assert shown_value({}, path, value) == expected
    assert in_words(path, None, value)[1] == expected
    assert [one.after for one in differences(None, value, path)] == [expected]


LINES = [
    ["serve", "--level=debug", "-v", "--port", "8080", "-p", "8080", "-port=80"],
    ["sh", "-c", "mkdir -p /data && cp -a /a /b && exec run --level debug"],
    ["--tls-private-key-file=/etc/tls/tls.key", "--token-auth-file=/x", "--kubeconfig=/etc/kubernetes/s.conf"],
    ["docker", "run", "-w", "/work", "--user", "1000:1000", "-p", "80:8080"],
    ["secrets", "tokenreviews"],
    ["--image=registry.example.org/web:1@sha256:0123abcd", "--mail=ops@example.org", "echo", "a", "|", "wc"],
]


@pytest.mark.parametrize("words", LINES)
def test_command_lines_without_a_secret_stay(words: list[str]) -> None:
    assert shown_value({}, f"{APP}.args", words) == " ".join(words)
    assert in_words(f"{APP}.args", None, words)[1] == " ".join(words)


@pytest.mark.parametrize(
    ("path", "value", "shown"),
    [
        ("spec.x", f"sha256:{HEX}", "sha256:01234567…"),
        ("data.x", f"sha256:{HEX}", "sha256:01234567…"),
        ("metadata.annotations[checksum/config]", HEX, "01234567…"),
        ("spec.source.targetRevision", HEX[:40], "01234567…"),
        ("status.lastAppliedRevision", f"main@sha1:{HEX[:40]}", "main@sha1:01234567…"),
        ("spec.passwordHash", HEX, "…"),
    ],
)
def test_a_digest_that_changed_can_be_told_from_what_it_was(path: str, value: str, shown: str) -> None:
    assert shown_value({}, path, value) == shown
    assert in_words(path, None, value)[1] == shown


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("level: info\npassword: a\n", "level: debug\npassword: a\n", ("line 1: level: info", "line 1: level: debug")),
        ("level: info\npassword: a\n", "level: info\npassword: b\n", ("line 2: …", "line 2: …")),
        ("password: |\n  a: b\n", "password: |\n  a: c\n", ("line 2: …", "line 2: …")),
        ("tokens:\n- a\n", "tokens:\n- b\n", ("line 2: …", "line 2: …")),
        ("[credentials]\nmain = a\n", "[credentials]\nmain = b\n", ("line 2: …", "line 2: …")),
        ("key\nx", "key\ny", ("line 2: x", "line 2: y")),
    ],
)
def test_of_a_text_of_many_lines_one_is_shown_that_is_harmless(before: str, after: str, shown: tuple[str, str]) -> None:
    assert in_words("data[app.yaml]", before, after) == shown
