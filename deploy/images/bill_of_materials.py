"""What is in the image of a service, as CycloneDX: `bill_of_materials.py SERVICE [PYTHON] > bill.json`.

Of the lock that the image is installed from: the lines that are for a Linux with its Python (3.11). A test holds it
against what is installed. Needs `build/tools` (`make test-deploy` makes it).
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

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


def main() -> None:
    service, python = sys.argv[1], (sys.argv[2:] or ["3.11"])[0]
    lines = "".join(f"{pin['name']}=={pin['version']}{pin['hashes']}\n" for pin in locked(service, python))
    command = [Path(sys.executable).with_name("cyclonedx-py"), "requirements", "-", "--of", "JSON"]
    sys.exit(subprocess.run(command, input=lines, text=True, check=False).returncode)  # noqa: S603 (no input of others)


if __name__ == "__main__":
    main()
