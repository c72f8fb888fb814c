"""Every rendering is valid: Kubernetes' schemas strictly, the operators', and policies."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from deploy.programs import program
from shared.local.process import ROOT
from tests.deploy.operators import SPECS, schema

VERSIONS = ("1.31", "1.33", "1.35", "1.37")
"""The oldest knows what is used (a preStop that sleeps); the newest is the newest there is."""
SECONDS = 240
PROFILE = Path(__file__).with_name("checkov.yaml")


@pytest.fixture(scope="module")
def files(rendered: dict[str, list[dict[str, Any]]], tmp_path_factory) -> list[str]:
    """What is Kubernetes' own, one file a rendering."""
    folder = tmp_path_factory.mktemp("rendered")
    for name, documents in rendered.items():
        native = [d for d in documents if d["apiVersion"] not in SPECS]
        (folder / f"{name}.yaml").write_text(yaml.safe_dump_all(native))
    return [str(file) for file in sorted(folder.glob("*.yaml"))]


@pytest.fixture(scope="module")
def production_file(files: list[str]) -> str:
    """The rendering that has everything."""
    return next(file for file in files if file.endswith("production.yaml"))


@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes(files, version):
    """No property that this version does not know, and none of another type."""
    command = [program("kubernetes-validate"), "--strict", "--quiet", "-k", version, *files]
    done = run(command)
    assert done.returncode == 0, done.stdout + done.stderr


def test_operators(rendered):
    """The operators' resources have the form that their definitions ask for."""
    seen = set()
    for documents in rendered.values():
        for document in documents:
            key = document["apiVersion"], document["kind"]
            if key[0] in SPECS:
                seen.add(key)
                faults = Draft202012Validator(schema(*key)).iter_errors(document)
                assert [(f.json_path, f.message) for f in faults] == [], document["metadata"]
    assert seen == {(version, kind) for version, kinds in SPECS.items() for kind in kinds}


def test_policies(production_file):
    """checkov finds nothing but what is excepted, and no exception is idle."""
    profile = yaml.safe_load(PROFILE.read_text())
    how = ["--framework", "kubernetes", "--skip-download", "--compact", "-o", "json"]
    done = run([program("checkov"), "-f", production_file, *how])
    report = json.loads(done.stdout)
    failed = {
        (check["check_id"], check["resource"]) for check in report["results"]["failed_checks"]
    }
    excepted = set(profile["skip-check"])
    assert {id_ for id_, _ in failed} - excepted == set(), sorted(failed)
    assert excepted - {id_ for id_, _ in failed} == set(), "exceptions that nothing needs"
    assert report["summary"]["passed"] > 1000


def test_excepted():
    """Each exception stands beside its reason."""
    lines = PROFILE.read_text().splitlines()
    entries = [line for line in lines if line.lstrip().startswith("- CKV")]
    assert entries
    assert all(len(line.partition("#")[2].split()) >= 6 for line in entries)


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, timeout=SECONDS, check=False, cwd=ROOT
    )
