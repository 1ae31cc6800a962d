"""One tag, several contents; and ids that only look different."""

from __future__ import annotations

import pytest

from k8sview.analysis.drift.kinds.digests import image_digests, not_checkable
from tests.analysis.clusters import ago, view_of
from tests.analysis.drift.kinds.replicas_objects import DIGESTS, node, pod_of
from tests.analysis.drift.shapes import Raw, deployment, replica_set

ONE, TWO, _ = DIGESTS
OWNERS = (deployment(), replica_set(1, "9d"))
SET = OWNERS[1]
BARE = "sha256:" + "2" * 64


def test_a_tag_that_was_moved() -> None:
    pods = [pod_of(SET, "a"), pod_of(SET, "b", node="n2"), pod_of(SET, "c", digest=TWO, age="1h")]
    (one,) = image_digests(view_of(*OWNERS, *pods, node(), node("n2")))
    assert (one.object.kind, one.object.name) == ("Deployment", "web")
    assert (one.before, one.after) == (ONE.partition("@")[2], TWO.partition("@")[2])
    assert one.message.startswith("1 pod runs another content of registry.example/web:1 than pod shop/")
    assert one.evidence[0].startswith("pods/c status.containerStatuses[name=app].imageID = sha256:222")


def test_of_two_the_older_content_is_the_usual_one() -> None:
    pods = [pod_of(SET, "new", digest=TWO, age="1h"), pod_of(None, "old", age="3d")]
    (one,) = image_digests(view_of(*OWNERS, *pods, node()))
    assert one.after == TWO.partition("@")[2]


SAME = [
    ("one content", [pod_of(SET, "a"), pod_of(SET, "b")], ()),
    ("two architectures", [pod_of(SET, "a"), pod_of(SET, "b", digest=TWO, node="n2")], (node("n2", "arm64"),)),
    ("two forms of id", [pod_of(SET, "a"), pod_of(SET, "b", digest=BARE)], ()),
    ("an old prefix", [pod_of(SET, "a"), pod_of(SET, "b", digest=f"docker-pullable://{ONE}")], ()),
    (
        "two runtimes",
        [pod_of(SET, "a"), pod_of(SET, "b", digest=TWO, node="n2")],
        (node("n2", runtime="cri-o://1.33.0"),),
    ),
    (
        "fixed by its name",
        [pod_of(SET, "a", image=f"web:1@sha256:{'1' * 64}"), pod_of(SET, "b", image="web:1", digest=TWO)],
        (),
    ),
    ("another tag", [pod_of(SET, "a"), pod_of(SET, "b", image="registry.example/web:2", digest=TWO)], ()),
    ("on its way out", [pod_of(SET, "a"), pod_of(SET, "b", digest=TWO, deletionTimestamp=ago("1m"))], ()),
    ("a fresh pod has no id yet", [pod_of(SET, "a"), pod_of(SET, "b", digest="")], ()),
]


@pytest.mark.parametrize(("pods", "nodes"), [case[1:] for case in SAME], ids=[case[0] for case in SAME])
def test_what_is_the_same(pods: list[Raw], nodes: tuple[Raw, ...]) -> None:
    assert list(image_digests(view_of(*OWNERS, *pods, node(), *nodes))) == []


def test_without_nodes_nothing_can_be_compared() -> None:
    view = view_of(pod_of(SET, "a"), pod_of(SET, "b", digest=TWO), denied=("nodes",))
    assert [one.reason for one in not_checkable(view)] == ["nodes: list denied"]
    assert list(image_digests(view)) == []
