"""The manifests, made from the folders: ``python -m deploy.kubernetes [overlay] [service ...]``.

Prints what `kubectl apply -f -` takes: the platform and the services in the form of an overlay of
`k8s/overlays`; with names, those services alone. Guaranteed: a service is found by its folder, and
the gateway's configuration is the one its template gives. Not guaranteed: that a cluster has the
operators that k8s/platform/kustomization.yaml names.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from deploy.programs import program
from shared.local import gateway
from shared.local.broker import OPERATOR
from shared.local.edge import Edge
from shared.local.process import ROOT
from shared.local.services import discover

K8S = ROOT / "k8s"
CONFIGURATION = K8S / "platform" / "gateway" / "nginx.conf"
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
PORT, UNCLAIMED = 8080, 8081
EDGE = Edge(
    resolver="kube-dns.kube-system.svc.cluster.local",
    address="{}.government.svc.cluster.local:8000",
    trusted=PRIVATE,
    unclaimed=UNCLAIMED,
)
SECONDS = 60


def overlays() -> list[str]:
    """The names of the overlays."""
    return sorted(path.parent.name for path in (K8S / "overlays").glob("*/kustomization.yaml"))


def gateway_configuration() -> str:
    """nginx.conf of the gateway: any name below which a department listens is a service."""
    return gateway.render({}, [str(PORT)], gateway.WRITABLE, edge=EDGE)


def build(folder: Path) -> str:
    """The manifests of one kustomization."""
    command = [program("kubectl"), "kustomize", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    if done.returncode:
        raise ValueError(f"{folder.relative_to(ROOT)}: {done.stderr.strip()}")
    return done.stdout


def platform(overlay: str) -> str:
    """What all departments share."""
    return build(K8S / "overlays" / overlay)


def department(
    service: str, overlay: str | None = None, *, registry: str = "", canary: str = ""
) -> str:
    """One service, or the operator's command, which is the same in every overlay. `registry`:
    where its image is, else the nodes' default. `canary`: another version of it, to run beside the
    one that is there."""
    above = "../.."
    own = f"k8s/{OPERATOR}" if service == OPERATOR else f"services/{service}/k8s"
    shaped = overlay and service != OPERATOR
    components = [f"{above}/k8s/overlays/{overlay}/department"] if shaped else []
    image = f"government/{service}"
    change = {
        **({"newName": f"{registry}/{service}"} if registry else {}),
        **({"newTag": canary} if canary else {}),
    }
    wanted = {
        "namespace": "government",
        "resources": [f"{above}/{own}"],
        "components": [*components, *([f"{above}/k8s/canary"] if canary else [])],
        "images": [{"name": image, **change}] if change else [],
    }
    with tempfile.TemporaryDirectory(dir=K8S, prefix=".") as folder:
        (Path(folder) / "kustomization.yaml").write_text(json.dumps(wanted))
        return build(Path(folder))


def render(overlay: str, services: Iterable[str] = (), registry: str = "") -> str:
    """The platform and all services; or only those named."""
    chosen = list(services)
    parts = [] if chosen else [platform(overlay)]
    parts += [department(name, overlay, registry=registry) for name in chosen or discover()]
    return "---\n".join(parts)


def main(arguments: list[str]) -> None:
    """Prints manifests, or with --gateway writes the gateway's configuration anew."""
    parser = argparse.ArgumentParser(prog="python -m deploy.kubernetes", description=__doc__)
    parser.add_argument("overlay", choices=overlays(), nargs="?", default="small")
    parser.add_argument("services", nargs="*", metavar="service")
    parser.add_argument("--registry", default="", help="registry.gov.example/government")
    parser.add_argument("--canary", default="", metavar="VERSION", help="of the services named")
    parser.add_argument("--gateway", action="store_true", help="write k8s/platform/gateway")
    options = parser.parse_args(arguments)
    if options.gateway:
        CONFIGURATION.write_text(gateway_configuration(), encoding="utf-8")
    elif options.canary:
        for name in options.services:
            print(
                department(name, options.overlay, registry=options.registry, canary=options.canary)
            )
    else:
        print(render(options.overlay, options.services, options.registry), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
