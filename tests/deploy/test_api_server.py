"""Every overlay applied to a real Kubernetes API server, admission included. Skips where it was not built.

`make kube-apiserver` builds it with Go; etcd comes from Debian (etcd-server).
"""

from __future__ import annotations

import base64
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
from tests.deploy.rendered import OVERLAYS, documents, of_kind, pods, program, text_of
from tests.deploy.test_runbooks import BLOCK

BUILT = Path(os.environ.get("SEINPOST_TEST_KUBERNETES", REPOSITORY / "build/kubernetes"))
Kubectl = Callable[..., subprocess.CompletedProcess[str]]
Shell = Callable[..., str]
INSTALL = "kubectl kustomize deploy/kubernetes/overlays/klein | kubectl apply --server-side -f -\n"


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
def kubeconfig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    if not (BUILT / "kube-apiserver").exists():
        pytest.skip("kube-apiserver was not built here: make kube-apiserver")
    etcd = program("etcd")
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
    here = {"server": f"https://127.0.0.1:{port}", "insecure-skip-tls-verify": True}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "here", "cluster": here}],
        "users": [{"name": "admin", "user": {"token": token}}],
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "admin"}}],
        "current-context": "here",
    }
    path = directory / "kubeconfig"
    path.write_text(json.dumps(config))
    run = _kubectl(path)
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
            yield path
        finally:
            for process in processes:
                process.kill()
                process.wait()


def _environment(kubeconfig: Path) -> dict[str, str]:
    tools = str(Path(program("kubectl")).parent)
    return {
        **os.environ,
        "KUBECONFIG": str(kubeconfig),
        "KUBECACHEDIR": str(kubeconfig.with_name("cache")),
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
    }


def _kubectl(kubeconfig: Path) -> Kubectl:
    environment = _environment(kubeconfig)

    def run(*arguments: str, given: str | None = None, expect: int | None = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [program("kubectl"), *arguments],
            env=environment, input=given, capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip
        assert expect is None or done.returncode == expect, done.stdout + done.stderr
        return done

    return run


@pytest.fixture
def kubectl(kubeconfig: Path) -> Kubectl:
    return _kubectl(kubeconfig)


@pytest.fixture
def shell(kubeconfig: Path, tmp_path: Path) -> Shell:
    """Runs a command of a runbook beside `deploy`, as somebody would who follows it."""
    (tmp_path / "deploy").symlink_to(REPOSITORY / "deploy")
    (tmp_path / "config").symlink_to(REPOSITORY / "config")
    environment = _environment(kubeconfig)

    def run(command: str, expect: int = 0) -> str:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip
        assert done.returncode == expect, f"{command}{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    return run


def _blocks(runbook: str, test: Callable[..., None]) -> list[str]:
    """Commands that a runbook says this test runs."""
    mark = f"run by: tests/deploy/test_api_server.py::{test.__name__}"
    text = (REPOSITORY / f"docs/runbooks/{runbook}.md").read_text(encoding="utf-8")
    blocks = [block["code"] for block in BLOCK.finditer(text) if block["mark"] == mark]
    assert blocks, f"{runbook} names another test"
    return blocks


def _installed(kubectl: Kubectl) -> None:
    """As install.md leaves a cluster, whichever test came first."""
    (namespace,) = of_kind("klein", "Namespace")
    for text in (json.dumps(namespace), text_of("klein")):
        kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", given=text)


def _remove_secrets(kubectl: Kubectl) -> None:
    kubectl("-n", "seinpost", "delete", "secret", "--all", "--ignore-not-found")


@pytest.mark.timeout(300)
def test_the_commands_of_install(kubectl: Kubectl, shell: Shell, tmp_path: Path) -> None:
    """On a cluster where the operators stand and the namespace does not."""
    for name in ("ingress-nginx", "monitoring", "strimzi", "cnpg-system"):
        kubectl("create", "namespace", name, expect=None)
    _remove_secrets(kubectl)
    for name in ("meldkamer", "watchdog-url", "pager-url"):
        (tmp_path / name).write_text("secret of a receiver, or an address")
    blocks = _blocks("install", test_the_commands_of_install)
    assert blocks[-1] == INSTALL
    for block in blocks:
        assert "Warning" not in shell(block)
    roles = kubectl("get", "namespaces", "-l", "seinpost.nl/role", "-o", "name").stdout.split()
    assert len(roles) == 4
    for name, keys in (
        ("seinpost-ingest-secrets", {"probe"}),
        ("seinpost-notifier-secrets", {"meldkamer"}),
        ("seinpost-alerting", {"watchdog-url", "pager-url"}),
    ):
        secret = json.loads(kubectl("-n", "seinpost", "get", "secret", name, "-o", "json").stdout)
        assert set(secret["data"]) == keys
    shell(INSTALL)


@pytest.mark.timeout(300)
def test_the_commands_of_rotate_secrets(kubectl: Kubectl, shell: Shell) -> None:
    _installed(kubectl)
    _remove_secrets(kubectl)
    given = ["--from-literal=probe=old", "--from-literal=other=kept"]
    kubectl("-n", "seinpost", "create", "secret", "generic", "seinpost-ingest-secrets", *given)
    seen = {"old"}
    for _ in range(2):
        for block in _blocks("rotate-secrets", test_the_commands_of_rotate_secrets):
            if " delete secret " in block:  # which an operator made
                kubectl("-n", "seinpost", "create", "secret", "generic", block.split()[5])
            time.sleep(1.1)  # no two restarts in one second
            shell(block)
        secret = json.loads(kubectl("-n", "seinpost", "get", "secret", "seinpost-ingest-secrets", "-o", "json").stdout)
        data = {key: base64.b64decode(value).decode() for key, value in secret["data"].items()}
        assert data["other"] == "kept"
        assert len(data["probe"]) == 64
        assert data["probe"] not in seen
        seen.add(data["probe"])
    for name, pod in pods("klein").items():
        if pod["kind"] != "CronJob":
            made = kubectl("-n", "seinpost", "get", f"{pod['kind']}/{name}", "-o", "json").stdout
            annotations = json.loads(made)["spec"]["template"]["metadata"]["annotations"]
            assert "kubectl.kubernetes.io/restartedAt" in annotations, name
    again = kubectl("diff", "--server-side", "-f", "-", given=text_of("klein"), expect=None)
    assert again.returncode == 0, "an overlay must not undo a restart"


@pytest.mark.timeout(300)
def test_the_commands_of_upgrade_after_a_roll_back(kubectl: Kubectl, shell: Shell) -> None:
    """`rollout undo` needs the controllers, which make revisions: what it does to the images is done by hand."""
    _installed(kubectl)
    kubectl("-n", "seinpost", "set", "image", "deployment/notifier", "notifier=seinpost-notifier:0.0.9")
    assert "conflict" in shell(INSTALL, expect=1)
    (block,) = _blocks("upgrade", test_the_commands_of_upgrade_after_a_roll_back)
    differs, apply = block.splitlines(keepends=True)
    assert "seinpost-notifier:0.0.9" in shell(differs, expect=1)
    shell(apply)
    assert shell(differs) == ""


@pytest.mark.timeout(300)
def test_the_commands_of_add_a_region(kubectl: Kubectl, shell: Shell) -> None:
    _installed(kubectl)
    for block in _blocks("add-a-region", test_the_commands_of_add_a_region):
        shell(block)


@pytest.mark.timeout(300)
def test_the_commands_of_scale_out(kubectl: Kubectl, shell: Shell) -> None:
    """KEDA is not here: what it does when it is paused is done by hand."""
    _installed(kubectl)

    def paused() -> list[str | None]:
        found = json.loads(kubectl("-n", "seinpost", "get", "scaledobject", "-o", "json").stdout)["items"]
        key = "autoscaling.keda.sh/paused-replicas"
        return [each["metadata"].get("annotations", {}).get(key) for each in found]

    stop, start = _blocks("scale-out", test_the_commands_of_scale_out)
    pause, *rest = stop.splitlines(keepends=True)
    shell(pause)
    for name in ("statefulset/detector", "deployment/anonymizer"):
        kubectl("-n", "seinpost", "scale", name, "--replicas=0")
    for command in rest:
        shell(command)
    assert paused() == ["0", "0"], "the apply let the scalers go on"
    for name in ("statefulset/detector", "deployment/anonymizer"):
        assert kubectl("-n", "seinpost", "get", name, "-o", "jsonpath={.spec.replicas}").stdout == "0"
    shell(start)
    assert paused() == [None, None]


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
