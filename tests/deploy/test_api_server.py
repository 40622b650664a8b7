"""Every overlay applied to a real Kubernetes API server, admission included. Skips where it was not built.

`make kube-apiserver` builds it with Go; etcd comes from Debian (etcd-server).
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from broker.embedded import free_port
from tests.brokers.services import REPOSITORY
from tests.deploy.rendered import OVERLAYS, documents, pods, program, text_of

BUILT = Path(os.environ.get("SEINPOST_TEST_KUBERNETES", REPOSITORY / "build/kubernetes"))
Kubectl = Callable[..., subprocess.CompletedProcess[str]]


def _strimzi() -> str:
    """Kinds of Strimzi without their schema, which comes with the operator and not as a package."""
    definitions = []
    for kind, plural in (
        ("Kafka", "kafkas"),
        ("KafkaNodePool", "kafkanodepools"),
        ("KafkaTopic", "kafkatopics"),
        ("KafkaUser", "kafkausers"),
    ):
        schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
        definitions.append(
            {
                "apiVersion": "apiextensions.k8s.io/v1",
                "kind": "CustomResourceDefinition",
                "metadata": {"name": f"{plural}.kafka.strimzi.io"},
                "spec": {
                    "group": "kafka.strimzi.io",
                    "scope": "Namespaced",
                    "names": {"kind": kind, "plural": plural},
                    "versions": [version],
                },
            }
        )
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": definitions})


@pytest.fixture(scope="module")
def kubectl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kubectl]:
    if not (BUILT / "kube-apiserver").exists():
        pytest.skip("kube-apiserver was not built here: make kube-apiserver")
    etcd, client = program("etcd"), program("kubectl")
    directory = tmp_path_factory.mktemp("kubernetes")
    store, peer, port = free_port(), free_port(), free_port()
    token = secrets.token_hex(16)
    (directory / "tokens.csv").write_text(f'{token},admin,admin,"system:masters"\n')
    subprocess.run([program("openssl"), "genrsa", "-out", directory / "key", "2048"], check=True, capture_output=True)
    etcd_command = [etcd, f"--data-dir={directory}/etcd", f"--listen-client-urls=http://127.0.0.1:{store}"]
    etcd_command += [f"--advertise-client-urls=http://127.0.0.1:{store}"]
    etcd_command += [f"--listen-peer-urls=http://127.0.0.1:{peer}"]
    etcd_command += [f"--initial-advertise-peer-urls=http://127.0.0.1:{peer}"]
    etcd_command += [f"--initial-cluster=default=http://127.0.0.1:{peer}"]
    server = [str(BUILT / "kube-apiserver"), f"--etcd-servers=http://127.0.0.1:{store}", "--bind-address=127.0.0.1"]
    server += [f"--secure-port={port}", f"--cert-dir={directory}/certs", f"--service-account-key-file={directory}/key"]
    server += [f"--service-account-signing-key-file={directory}/key", "--service-account-issuer=https://127.0.0.1"]
    server += [f"--token-auth-file={directory}/tokens.csv", "--authorization-mode=RBAC"]
    # Nobody makes service accounts here: that is the controller manager's part.
    server += ["--service-cluster-ip-range=10.0.0.0/24", "--disable-admission-plugins=ServiceAccount"]
    base = [client, f"--server=https://127.0.0.1:{port}", "--insecure-skip-tls-verify", f"--token={token}"]
    base.append(f"--cache-dir={directory}/cache")

    def run(*arguments: str, given: str | None = None, expect: int | None = 0) -> subprocess.CompletedProcess[str]:
        command = [*base, *arguments]
        done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=100, check=False)
        assert expect is None or done.returncode == expect, done.stdout + done.stderr
        return done

    processes = []
    with (directory / "log").open("wb") as log:
        try:
            for command in (etcd_command, server):
                processes.append(subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL))
            deadline = time.monotonic() + 120
            while run("get", "--raw", "/readyz", expect=None).returncode != 0:
                assert time.monotonic() < deadline, (directory / "log").read_text()[-3000:]
                time.sleep(0.5)
            run("apply", "--server-side", "-f", "-", given=_strimzi())
            run("apply", "--server-side", "-f", str(BUILT / "crds"))
            while run("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s", expect=None).returncode:
                assert time.monotonic() < deadline, "the definitions are not established"
                time.sleep(0.5)
            yield run
        finally:
            for process in processes:
                process.kill()
                process.wait()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_an_overlay_applies_and_applies_again(kubectl: Kubectl, overlay: str) -> None:
    namespace, rest = [], []
    for document in documents(overlay):
        (namespace if document["kind"] == "Namespace" else rest).append(document)
    kubectl("apply", "--server-side", "-f", "-", given=json.dumps(namespace[0]))
    done = kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", given=text_of(overlay))
    assert "Warning" not in done.stderr, done.stderr
    assert done.stdout.count("serverside-applied") == len(rest) + 1
    again = kubectl("diff", "--server-side", "--force-conflicts", "-f", "-", given=text_of(overlay), expect=None)
    assert again.returncode == 0, again.stdout + again.stderr


@pytest.mark.timeout(300)
def test_our_pods_are_admitted_and_a_looser_one_is_refused(kubectl: Kubectl) -> None:
    overlay = OVERLAYS[0]
    namespace = next(each for each in documents(overlay) if each["kind"] == "Namespace")
    kubectl("apply", "--server-side", "-f", "-", given=json.dumps(namespace))
    for name, pod in pods(overlay).items():
        spec = {**pod["spec"], "restartPolicy": "Never"}
        made = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "seinpost"}, "spec": spec}
        kubectl("create", "--dry-run=server", "-f", "-", given=json.dumps(made))
        loose = json.loads(json.dumps(made))
        loose["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = True
        refused = kubectl("create", "--dry-run=server", "-f", "-", given=json.dumps(loose), expect=1)
        assert 'violates PodSecurity "restricted' in refused.stderr
