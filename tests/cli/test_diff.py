"""``k8sview diff`` as people call it: the recording that ships with the program against what it could have become."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from k8sview.reports.schema import schema
from k8sview.sources.recording.demo import DEMO
from tests.cli.conftest import Call, Harbour, Result

Raw = dict[str, Any]
Edit = Callable[[str, Raw], Raw | None]


def edited(path: Path, edit: Edit, *, more: tuple[tuple[str, Raw], ...] = ()) -> str:
    """The demo recording with each object as ``edit`` leaves it (None: gone), and some more."""
    lines = [json.loads(line) for line in gzip.decompress(DEMO.read_bytes()).splitlines()]
    kept: list[Raw] = []
    for line in lines:
        if line.get("type") == "object":
            found = edit(line["resource"], line["object"])
            if found is None:
                continue
            line["object"] = found
        if line.get("type") == "state" and line.get("state") == "synced":
            place = line["resource"]
            kept += [
                {"type": "object", "at": line["at"], "resource": at, "object": one} for at, one in more if at == place
            ]
        kept.append(line)
    kept[-1]["lines"] = len(kept) - 1
    path.write_bytes(gzip.compress(b"".join(json.dumps(one).encode() + b"\n" for one in kept)))
    return str(path)


def touched(obj: Raw) -> Raw:
    """As the API server marks an object that was written."""
    metadata = {**obj["metadata"], "resourceVersion": "999999999"}
    if "generation" in metadata:
        metadata["generation"] += 1
    return {**obj, "metadata": metadata}


def named(obj: Raw, namespace: str, name: str) -> bool:
    return (obj["metadata"].get("namespace"), obj["metadata"]["name"]) == (namespace, name)


def later(resource: str, obj: Raw) -> Raw | None:
    """The demo a little later: scaled down, an image changed, a budget gone, all labels of services changed."""
    if resource == "deployments.apps" and named(obj, "shop", "checkout"):
        obj = touched(obj)
        container = {
            **obj["spec"]["template"]["spec"]["containers"][0],
            "image": "registry.example.com/shop/checkout:9",
        }
        inner = {**obj["spec"]["template"]["spec"], "containers": [container]}
        spec = {**obj["spec"], "replicas": 1, "template": {**obj["spec"]["template"], "spec": inner}}
        return {**obj, "spec": spec}
    if resource == "poddisruptionbudgets.policy":
        return None
    if resource == "services" and obj["metadata"]["name"] != "kubernetes":
        metadata = touched(obj)["metadata"]
        return {**obj, "metadata": {**metadata, "labels": {**metadata.get("labels", {}), "wave": "2"}}}
    return obj


def elsewhere(resource: str, obj: Raw) -> Raw:
    """The same in another cluster: every uid is another one."""
    metadata = obj["metadata"]
    owners = [{**one, "uid": f"x{one['uid'][1:]}"} for one in metadata.get("ownerReferences", ())]
    owned = {"ownerReferences": owners} if owners else {}
    return {**obj, "metadata": {**metadata, **owned, "uid": f"x{metadata['uid'][1:]}"}}


def document(result: Result) -> Any:
    jsonschema.Draft202012Validator(schema("diff")).validate(result.document)
    return result.document


def test_a_recording_and_itself_do_not_differ_and_what_nobody_saw_is_said(call: Call) -> None:
    result = call("diff", "demo", "demo")
    assert (result.code, result.err) == (3, "")
    assert "? nothing differs in what could be compared" in result.out
    assert "✓" not in result.out
    assert "secrets (A and B): list backups.velero.io is forbidden" in " ".join(result.out.split())
    assert call("diff", "demo", "demo", "--allow-incomplete").code == 0
    seen = call("diff", "demo", "demo", "--kind", "deploy,svc")
    assert seen.code == 0
    assert "✓ no difference" in seen.out
    found = document(call("diff", "demo", "demo", "-o", "json"))
    assert found["comparison"] == "baseline"
    assert found["differences"] == []
    assert found["summary"]["equal"] == found["summary"]["compared"] > 300


def test_what_became_of_a_cluster_is_told_leaf_by_leaf_and_folded(call: Call, tmp_path: Path) -> None:
    after = edited(tmp_path / "after.k8sview", later)
    result = call("diff", "demo", after)
    text = " ".join(result.out.split())
    assert result.code == 1
    assert "one cluster at two moments" in text
    assert "spec.replicas: 3 → 1" in text or "spec.replicas:" in text
    assert "→ registry.example.com/shop/checkout:9" in text
    assert "metadata.labels.wave: - → 2 in" in text
    assert text.count("metadata.labels.wave") == 1, "what many objects share is told once"
    assert "only in A: " in text
    found = document(call("diff", "demo", after, "-o", "json"))
    waves = [one for one in found["differences"] if one["path"] == "metadata.labels.wave"]
    assert len(waves) > 5, "the document lists each"
    assert {one["drift"] for one in found["differences"]} == {"baseline"}
    gone = [one for one in found["differences"] if one["unlike"] == "only-in-a"]
    assert {one["object"]["kind"] for one in gone if one["object"]} == {"PodDisruptionBudget"}
    assert [one for one in found["differences"] if one["part"] == "checks"], "checks that stand otherwise"
    assert found["summary"]["differences"] == len(found["differences"])
    prints = [one["fingerprint"] for one in found["differences"]]
    assert len(set(prints)) == len(prints)
    assert call("diff", "demo", after, "-o", "json").out == call("diff", "demo", after, "-o", "json").out
    listed = call("diff", "demo", after, "-v").out
    assert len(listed) > len(result.out)


def test_the_text_fits_into_its_width(call: Call, tmp_path: Path) -> None:
    after = edited(tmp_path / "after.k8sview", later)
    for line in call("diff", "demo", after).out.splitlines():
        words = line.split()
        assert len(line) <= 100 or len(words) <= 3, "only what cannot be broken is longer"


def test_two_clusters_differ_by_nature_and_are_not_told_so(call: Call, tmp_path: Path) -> None:
    other = edited(tmp_path / "other.k8sview", elsewhere)
    found = document(call("diff", "demo", other, "-o", "json"))
    assert found["comparison"] == "cluster"
    assert found["differences"] == []
    reasons = {one["reason"] for one in found["notComparable"] if one["part"] == "objects"}
    assert "values that a recording keeps covered" in reasons
    assert "their values are not read, or are in no recording" in reasons
    assert found["summary"]["equal"] < found["summary"]["compared"]


def test_rules_intend_rename_expire_and_go_unused(call: Call, tmp_path: Path) -> None:
    after = edited(tmp_path / "after.k8sview", later)
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        """
        renames:
        - {kind: Namespace, a: nobody, b: somebody}
        intended:
        - {id: waves, reason: rolled out, owner: shop, expires: 2099-01-01, path: "metadata.labels[wave]"}
        - {id: budgets, reason: gone, owner: shop, kind: PodDisruptionBudget, unlike: only-in-a}
        - {id: past, reason: once, owner: shop, expires: 2020-01-01, path: spec.replicas}
        - {id: idle, reason: none, owner: shop, kind: Gateway, name: x}
        """
    )
    result = call("diff", "demo", after, "--rules", str(rules), "-o", "json")
    assert result.code == 1
    found = document(result)
    intended = [one for one in found["differences"] if one["intendedBy"]]
    assert {one["intendedBy"] for one in intended} == {"waves", "budgets"}
    assert found["summary"]["intended"] == len(intended)
    assert found["differences"][-1]["intendedBy"], "intended ones last"
    notes = {one["rule"]: one["problem"] for one in found["rules"]}
    assert notes == {"past": "expired", "idle": "unused", "Namespace nobody → somebody": "unused"}
    text = call("diff", "demo", after, "--rules", str(rules)).out
    assert "metadata.labels.wave" not in text
    assert "expired: past" in text


def test_namespaces_kinds_and_labels_narrow_it(call: Call, tmp_path: Path) -> None:
    after = edited(tmp_path / "after.k8sview", later)
    inside = document(call("diff", "demo", after, "-n", "shop", "-o", "json"))
    assert inside["comparison"] == "baseline"
    assert {one["object"]["namespace"] for one in inside["differences"] if one["object"]} == {"shop"}
    kinds = document(call("diff", "demo", after, "--kind", "Deployment", "-o", "json"))
    assert kinds["parts"] == ["objects"]
    assert kinds["kinds"] == ["deployments.apps"]
    assert {one["object"]["kind"] for one in kinds["differences"]} == {"Deployment"}
    labelled = document(call("diff", "demo", after, "-l", "app=nobodys", "-o", "json"))
    assert labelled["differences"] == []
    everything = document(call("diff", "demo", after, "--all", "-o", "json"))
    assert everything["summary"]["compared"] > 500


def test_what_one_side_could_not_read_is_never_only_on_the_other(call: Call, tmp_path: Path) -> None:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "new", "namespace": "shop", "uid": "n1", "resourceVersion": "1"},
    }
    path = tmp_path / "seen.k8sview"
    edited(path, lambda _, obj: obj)
    lines = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    lines = [one for one in lines if one.get("resource") != "secrets"]
    added = [
        {"type": "object", "at": 1.0, "resource": "secrets", "object": secret},
        {"type": "state", "at": 1.0, "resource": "secrets", "state": "synced"},
    ]
    lines = [*lines[:-1], *added, lines[-1]]
    lines[-1]["lines"] = len(lines) - 1
    path.write_bytes(gzip.compress(b"".join(json.dumps(one).encode() + b"\n" for one in lines)))
    result = call("diff", "demo", str(path), "--kind", "secrets", "-o", "json")
    found = document(result)
    assert found["differences"] == []
    (gap,) = found["notComparable"]
    assert (gap["what"], gap["side"], gap["objects"]) == ("secrets", "a", 1)
    assert result.code == 3


def test_markdown_has_a_row_for_each(call: Call, tmp_path: Path) -> None:
    after = edited(tmp_path / "after.k8sview", later)
    result = call("diff", "demo", after, "-o", "markdown")
    found = document(call("diff", "demo", after, "-o", "json"))
    rows = [line for line in result.out.splitlines() if line.startswith("| ") and not line.startswith("| Severity")]
    assert len(rows) == len(found["differences"])
    assert all(row.count("|") == 5 for row in rows)
    assert "### Not comparable" in result.out


KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: prod
clusters: [{name: c, cluster: {server: "https://127.0.0.1:9"}}]
users: [{name: u, user: {}}]
contexts:
- {name: prod, context: {cluster: c, user: u}}
- {name: both.k8sview, context: {cluster: c, user: u}}
"""


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("demo", "prd"), 2, "'prd' is no file, and no context of the kubeconfig (did you mean 'prod'?)"),
        (("demo", "nowhere.k8sview"), 2, "cannot read nowhere.k8sview: no such file"),
        (("demo", "file:"), 2, "'file:' names no file"),
        (("demo", "file:none"), 2, "cannot read none"),
        (("demo", "context:prd"), 2, "prd"),
        (("demo", "both.k8sview"), 2, "is a file and a context: say file:both.k8sview or context:both.k8sview"),
        (("demo", "context:both.k8sview"), 4, "context:both.k8sview: "),
        (("demo", "prod"), 4, "prod: "),
        (("demo", "demo", "--kind", "deploymnts"), 2, "neither side serves a kind 'deploymnts'"),
        (("demo", "demo", "-n", "shpo"), 2, "there is no namespace 'shpo'"),
        (("demo", "demo", "-l", "a in b"), 2, "is no label selector"),
        (("demo", "demo", "--rules", "none.yaml"), 2, "none.yaml:1: cannot be read"),
        (("demo", "demo", "--baseline-key", "none.key"), 2, "cannot read none.key"),
        (("prod", "prod", "--baseline-key", "a.key"), 2, "--baseline-key is for recordings"),
        (("demo", "demo", "--baseline-key", "a.key"), 2, "was recorded without a key"),
        (("demo",), 2, "B"),
    ],
)
def test_what_cannot_be_compared_at_all_is_said(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kubeconfig").write_text(KUBECONFIG)
    (tmp_path / "both.k8sview").write_bytes(DEMO.read_bytes())
    (tmp_path / "a.key").write_text(f"k8sview-baseline-key {'ab' * 32}\n")
    result = call("diff", *words, "--kubeconfig", "kubeconfig")
    assert result.code == code, result.err
    assert said in result.err
    assert result.out == ""


async def test_a_server_that_says_nothing_of_a_kind_is_no_equal(harbour: Harbour) -> None:
    result = await harbour.run("diff", "demo", "context:", "-o", "json")
    found = document(result)
    assert found["sides"]["b"]["source"] == "live"
    assert found["sides"]["a"]["operand"] == "demo"
    assert result.code in (1, 3)
