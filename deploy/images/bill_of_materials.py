"""What is in the image of a service, as CycloneDX: `bill_of_materials.py SERVICE [PYTHON] [STATUS] > bill.json`.

Of the lock that the image is installed from: the lines that are for a Linux with its Python (3.11). With STATUS (the
image's /var/lib/dpkg/status) also every Debian package of its base. A test holds both against what is installed. Needs
`build/tools` (`make test-deploy` makes it).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

from packageurl import PackageURL
from packaging.markers import Marker

REQUIREMENTS = Path(__file__).parents[2] / "requirements"
PIN = re.compile(
    r"^(?P<name>[\w.-]+)(?:\[.*\])?==(?P<version>[\w.]+)(?: ; (?P<marker>[^\\\n]*))?"
    r"(?P<hashes>(?:\s*\\\n\s+--hash=\S+)*)",
    re.MULTILINE,
)


def locked(service: str, python: str) -> list[re.Match[str]]:
    """The pins of what is installed: one name may be locked for several Pythons."""
    there = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux"}
    text = (REQUIREMENTS / f"{service}.txt").read_text(encoding="utf-8")
    return [pin for pin in PIN.finditer(text) if not pin["marker"] or Marker(pin["marker"]).evaluate(there)]


def of_debian(status: Path) -> list[dict[str, Any]]:
    """Components of the packages that are installed, by dpkg's own record."""
    here = Path("/var/lib/dpkg/status")
    if here.exists() and here.samefile(status):
        sys.exit(f"{status}: that is this machine's own, and not of an image")
    release = (status.parents[3] / "etc/os-release").read_text(encoding="utf-8")
    named = dict(re.findall(r'^(ID|VERSION_ID)="?([^"\n]+)', release, re.MULTILINE))
    components = []
    for stanza in status.read_text(encoding="utf-8").strip().split("\n\n"):
        package = HeaderParser().parsestr(stanza)
        if package["Status"].endswith(" ok installed"):
            name, version = package["Package"], package["Version"]
            told = {"arch": package["Architecture"], "distro": f"{named['ID']}-{named['VERSION_ID']}"}
            purl = PackageURL("deb", "debian", name, version, told).to_string()
            components.append({"bom-ref": purl, "type": "library", "name": name, "version": version, "purl": purl})
    return components


def main() -> None:
    service, *rest = sys.argv[1:]
    python, status, *_ = [*rest, *("3.11", "")[len(rest) :]]
    lines = "".join(f"{pin['name']}=={pin['version']}{pin['hashes']}\n" for pin in locked(service, python))
    command = [Path(sys.executable).with_name("cyclonedx-py"), "requirements", "-", "--of", "JSON"]
    told = subprocess.run(command, input=lines, text=True, check=True, stdout=subprocess.PIPE)  # noqa: S603 (no input of others)
    bill = json.loads(told.stdout)
    if status:
        bill["components"] += of_debian(Path(status))
    json.dump(bill, sys.stdout, indent=2)


if __name__ == "__main__":
    main()
