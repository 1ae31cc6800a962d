"""What the kubelets of the story report: which pod plays which part. Pure."""

from __future__ import annotations

from typing import Any

from tests.scenarios.kubelet import Container, Ended, Happened, Play

Object = dict[str, Any]

RUNS = Play()
DONE = "Succeeded"
_SANDBOX = (
    "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "
    '"5f0c7d6e1b9a4c83": plugin type="cilium-cni" failed (add): unable to connect to Cilium agent: failed to create '
    "cilium agent client after 30.000000 seconds timeout: dial unix /var/run/cilium/cilium.sock: connect: no such file "
    "or directory"
)
_AGENT_SAYS = (
    "loading program cil_from_container: permission denied: rejected by the verifier of kernel 6.8.0-101-generic"
)
_INDEXER_SAYS = "settings.yaml: line 14: batch.size: expected a number, found '500 docs'"


def finished(pod: Object) -> Play:
    """A run that ended well."""
    names = [each["name"] for each in pod["spec"]["containers"]]
    ended = Container(ended=Ended(0, "Completed", ago=0, lasted=4))
    return Play(dict.fromkeys(names, ended), phase=DONE)


def rebooted(pod: Object, minutes: float) -> Play:
    """A pod on the host's network after its node came back: it runs again, and was ended by the reboot before."""
    lost = Ended(255, "Unknown", ago=minutes + 0.1, lasted=9 * 24 * 60)
    again = Container(restarts=1, since=minutes, last=lost)
    return Play({each["name"]: again for each in pod["spec"]["containers"]})


def cut_off(pod: Object, minutes: float, count: int) -> Play:
    """A pod whose node came back without a network: the containers of before are lost, and no sandbox can be made."""
    lost = Container(ended=Ended(255, "Unknown", ago=minutes + 0.1, lasted=9 * 24 * 60), ready=False, started=False)
    return Play(
        {each["name"]: lost for each in pod["spec"]["containers"]},
        events=(Happened("FailedCreatePodSandBox", _SANDBOX, ago=0.2, first=minutes, count=count),),
        phase="Running",
        conditions=({"type": "PodReadyToStartContainers", "status": "False"},),
    )


def failing_agent(minutes: float, restarts: int) -> Play:
    """The network's agent, which the new kernel refuses."""
    back_off = f"back-off {'5m0s' if restarts > 5 else '10s'} restarting failed container=cilium-agent"
    last = Ended(1, "Error", _AGENT_SAYS, ago=min(1.9, minutes / 2), lasted=0.1)
    waits = Container(waiting="CrashLoopBackOff", message=back_off, last=last, restarts=restarts)
    text = "Back-off restarting failed container cilium-agent in pod"
    return Play(
        {"cilium-agent": waits},
        events=(Happened("BackOff", text, ago=0.3, first=minutes, count=restarts * 13, container="cilium-agent"),),
    )


def misled_indexer(minutes: float) -> Play:
    """It reads settings that somebody edited."""
    last = Ended(2, "Error", _INDEXER_SAYS, ago=1.4, lasted=0.05)
    message = "back-off 5m0s restarting failed container=indexer"
    waits = Container(waiting="CrashLoopBackOff", message=message, last=last, restarts=8)
    text = "Back-off restarting failed container indexer in pod"
    return Play(
        {"indexer": waits},
        events=(Happened("BackOff", text, ago=0.4, first=minutes, count=84, container="indexer"),),
    )


def no_such_image(container: str, image: str, minutes: float, count: int) -> Play:
    """The registry does not have it."""
    failed = f'Failed to pull image "{image}": rpc error: code = NotFound desc = failed to pull and unpack image '
    failed += f'"{image}": failed to resolve reference "{image}": {image}: not found'
    waits = Container(waiting="ImagePullBackOff", message=f'Back-off pulling image "{image}": ErrImagePull: not found')
    return Play(
        {container: waits},
        events=(
            Happened("Failed", failed, ago=1.1, first=minutes, count=count, container=container),
            Happened(
                "BackOff", f'Back-off pulling image "{image}"', "Normal", 0.3, minutes, count * 9, container=container
            ),
        ),
    )
