"""Kubeconfigs as people have them, broken ones included."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from k8sview.sources.contract import ConfigurationError
from k8sview.sources.live import configuration, kubeconfig, load_contexts

STAGE = """
apiVersion: v1
kind: Config
current-context: stage
clusters:
- {name: stage, cluster: {server: "https://stage.example.com:6443/"}}
- {name: prod, cluster: {server: "https://prod.example.com", insecure-skip-tls-verify: true, tls-server-name: api}}
users:
- {name: jane, user: {token: t}}
contexts:
- {name: stage, context: {cluster: stage, user: jane, namespace: shop}}
- {name: production, context: {cluster: prod, user: jane}}
- {name: lost-cluster, context: {cluster: prodd, user: jane}}
- {name: lost-user, context: {cluster: prod, user: jan}}
"""


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def stage(tmp_path: Path) -> str:
    path = tmp_path / "stage.yaml"
    path.write_text(STAGE)
    return str(path)


def refused(path: str | None, context: str | None = None) -> str:
    with pytest.raises(ConfigurationError) as caught:
        configuration.resolve(path, context)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_contexts_are_listed_without_contacting_anything(stage: str) -> None:
    contexts = load_contexts(stage)
    assert contexts.current == "stage"
    assert [(one.name, one.cluster, one.user, one.namespace, one.current) for one in contexts.entries][:2] == [
        ("stage", "stage", "jane", "shop", True),
        ("production", "prod", "jane", None, False),
    ]
    assert contexts.entries[0].server == "https://stage.example.com:6443/"


def test_the_current_context_and_another(stage: str) -> None:
    here, there = configuration.resolve(stage, None), configuration.resolve(stage, "production")
    assert (here.context, here.server, here.namespace, here.verify) == (
        "stage",
        "https://stage.example.com:6443",
        "shop",
        True,
    )
    assert (there.server, there.verify, there.server_name) == ("https://prod.example.com", False, "api")


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ("prodction", ["unknown context 'prodction'", "did you mean 'production'", "stage"]),
        ("zzz", ["unknown context 'zzz'", "production", "stage"]),
        ("lost-cluster", ["cluster 'prodd'", "missing", "did you mean 'prod'"]),
        ("lost-user", ["user 'jan'", "missing", "did you mean 'jane'"]),
    ],
)
def test_names_that_lead_nowhere(stage: str, context: str, words: list[str]) -> None:
    said = refused(stage, context)
    assert all(word in said for word in words), said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("clusters:\n- name: a\n  cluster: {server: [\n", [":4", "not valid YAML"]),
        ("a: b\n\tc: d\n", [":2", "not valid YAML"]),
        ("clusters: nonsense\n", ["not a kubeconfig", "clusters"]),
        ("just text\n", ["not a kubeconfig"]),
        ("", ["no kubeconfig context found"]),
        ("contexts: null\nclusters:\nusers:\n", ["no kubeconfig context found"]),
        ("contexts: [{name: a, context: {cluster: c}}]\n", ["no current-context", "one of a"]),
        ("current-context: b\ncontexts: [{name: a, context: {}}]\n", ["unknown current-context 'b'", "a"]),
        ("current-context: a\ncontexts: [{name: a}]\n", ["names no cluster"]),
        (
            "current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\nclusters: [{name: c}]\n",
            ["cluster 'c' has no server"],
        ),
        (
            (
                "{current-context: a, contexts: [{name: a, context: {cluster: c}}],"
                " clusters: [{name: c, cluster: {server: h}}]}"
            ),
            ["no http(s) URL"],
        ),
    ],
)
def test_broken_files_are_one_clear_line(tmp_path: Path, text: str, words: list[str]) -> None:
    path = tmp_path / "config"
    path.write_text(text)
    said = refused(str(path))
    assert str(path) in said or "cluster" in said
    assert all(word in said for word in words), said


def test_a_missing_or_unreadable_file(tmp_path: Path) -> None:
    assert "no such file" in refused(str(tmp_path / "nowhere"))
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    assert "not a text file" in refused(str(tmp_path / "binary"))


def test_no_kubeconfig_at_all(tmp_path: Path) -> None:
    contexts = load_contexts(None)
    assert contexts.entries == ()
    assert contexts.looked_at == (str(tmp_path / "home" / ".kube" / "config"),)
    assert "no kubeconfig context found" in refused(None)


def test_a_list_of_files_is_merged_first_one_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str) -> None:
    first = tmp_path / "first"
    first.write_text(
        "current-context: local\n"
        "clusters: [{name: stage, cluster: {server: 'https://first'}}]\n"
        "users: [{name: local, user: {token: x}}]\n"
        "contexts: [{name: local, context: {cluster: stage, user: local}}]\n"
    )
    monkeypatch.setenv("KUBECONFIG", f"{first}:{tmp_path / 'missing'}:{stage}")
    contexts = load_contexts(None)
    assert contexts.current == "local"
    assert {one.name for one in contexts.entries} >= {"local", "stage", "production"}
    assert configuration.resolve(None, "stage").server == "https://first"


def test_relative_paths_belong_to_their_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "deep"
    folder.mkdir()
    (folder / "ca.crt").write_text("PEM")
    (folder / "config").write_text(
        "current-context: a\n"
        "clusters: [{name: c, cluster: {server: 'https://h', certificate-authority: ca.crt}}]\n"
        "contexts: [{name: a, context: {cluster: c}}]\n"
    )
    monkeypatch.chdir(tmp_path)
    assert configuration.resolve("deep/config", None).ca_pem == "PEM"
    (folder / "ca.crt").unlink()
    assert "cannot read" in refused("deep/config")


@pytest.mark.parametrize(("data", "pem"), [(base64.b64encode(b"PEM").decode(), "PEM"), ("!!!", None)])
def test_inline_certificates(tmp_path: Path, data: str, pem: str | None) -> None:
    path = tmp_path / "config"
    path.write_text(
        "current-context: a\n"
        f"clusters: [{{name: c, cluster: {{server: 'https://h', certificate-authority-data: '{data}'}}}}]\n"
        "contexts: [{name: a, context: {cluster: c}}]\n"
    )
    if pem is None:
        assert "not valid base64" in refused(str(path))
    else:
        assert configuration.resolve(str(path), None).ca_pem == pem


def test_proxy_url_wins_over_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://environment:1")
    path = tmp_path / "config"
    text = (
        "current-context: a\n"
        "clusters: [{name: c, cluster: {server: 'https://h', proxy-url: 'SCHEME://own:2'}}]\n"
        "contexts: [{name: a, context: {cluster: c}}]\n"
    )
    path.write_text(text.replace("SCHEME", "http"))
    assert configuration.resolve(str(path), None).proxy == "http://own:2"
    path.write_text(text.replace("SCHEME", "socks5"))
    assert "is not supported" in refused(str(path))


def test_inside_a_cluster_the_service_account_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("token", "jwt"), ("ca.crt", "PEM"), ("namespace", "tools\n")):
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(kubeconfig, "SERVICE_ACCOUNT", tmp_path)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "fd00::1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    target = configuration.resolve(None, None)
    assert (target.context, target.server, target.namespace) == ("in-cluster", "https://[fd00::1]:443", "tools")
    assert target.ca_pem == "PEM"
    assert [one.name for one in load_contexts(None).entries] == ["in-cluster"]


@pytest.mark.parametrize(
    "server",
    ["https://", "https://api:99999", "https://[::1", "https://a b", "https://api:six", "ftp://api", "api:6443"],
)
def test_a_server_that_is_no_address_is_a_mistake_in_the_file(tmp_path: Path, server: str) -> None:
    path = tmp_path / "config"
    path.write_text(STAGE.replace("https://stage.example.com:6443/", server))
    assert refused(str(path)) == f"cluster 'stage' has server {server!r}, which is no http(s) URL"


@pytest.mark.parametrize("text", ["a: &a\n  b: *a\n", "a: 2001-99-99\n", f"a: {'[' * 3000}{']' * 3000}\n"])
def test_yaml_that_cannot_be_built_is_no_crash(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config"
    path.write_text(text)
    assert refused(str(path)).startswith(f"{path}: not ")
