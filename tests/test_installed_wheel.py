"""The wheel, built and installed into an empty environment: what a stranger gets must run without the source tree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` folder of an environment that holds the wheel and its dependencies, nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=300)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "environment", with_pip=True)
    binaries = folder / "environment" / "bin"
    pip = [str(binaries / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    pip += ["--constraint", str(ROOT / "requirements" / "locked.txt"), str(wheel)]
    subprocess.run(pip, check=True, capture_output=True, timeout=600)
    return binaries


def run(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key not in ("KUBECONFIG", "PYTHONPATH")}
    environment |= {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
    command = [str(installed / "k8sview"), *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_says_its_version(installed: Path, tmp_path: Path) -> None:
    result = run(installed, tmp_path, "--version")
    assert (result.returncode, result.stdout.split()[0]) == (0, "k8sview")


def test_demo_once_prints_the_house(installed: Path, tmp_path: Path) -> None:
    result = run(installed, tmp_path, "demo", "--once")
    assert result.returncode == 0, result.stderr
    floors = [result.stdout.index(name) for name in ("FOUNDATION", "BASEMENT", "BUILDING")]
    assert floors == sorted(floors)


def test_the_catalogue_is_inside(installed: Path, tmp_path: Path) -> None:
    result = run(installed, tmp_path, "checks", "list", "-o", "json")
    assert result.returncode == 0, result.stderr
    assert "basement.cert-manager.certificates-ready" in {check["id"] for check in json.loads(result.stdout)["checks"]}


def test_check_of_the_demo_is_a_report(installed: Path, tmp_path: Path) -> None:
    result = run(installed, tmp_path, "check", "--from", "demo", "--json")
    assert result.returncode == 1, result.stderr
    assert json.loads(result.stdout)["kind"] == "CheckReport"


def test_without_a_kubeconfig_it_offers_the_demo(installed: Path, tmp_path: Path) -> None:
    result = run(installed, tmp_path)
    assert result.returncode == 2
    assert "k8sview demo" in result.stderr
    assert "Traceback" not in result.stderr
