"""Ask whether a known weakness is in the packages we pin. Without network it says so and is content: nothing was found,
because nothing was asked.

Its tool gets an environment of its own, thrown away after: what audits the product is no part of it.
"""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
TOOL = "pip-audit==2.9.0"
INSTALL_LIMIT_S, ASK_LIMIT_S = 180, 240


def main() -> int:
    """The exit code: 1 if a package has a known weakness, else 0."""
    with tempfile.TemporaryDirectory(prefix="audit-") as name:
        folder = Path(name)
        told = folder / "told.json"
        python = folder / "venv" / "bin" / "python"
        try:
            venv.create(folder / "venv", with_pip=True)
            _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", TOOL], INSTALL_LIMIT_S)
            pins = ["--requirement", str(PROJECT / "constraints.txt"), "--no-deps", "--disable-pip"]
            _run([str(python), "-m", "pip_audit", *pins, "--format=json", f"--output={told}"], ASK_LIMIT_S)
            found = json.loads(told.read_text()) if told.exists() else None
        except (OSError, ValueError, subprocess.SubprocessError):
            found = None
    if found is None or all("skip_reason" in package for package in found.get("dependencies", [])):
        print("The packages were not audited: the tool, or the list of weaknesses, cannot be reached from here.")
        return 0
    weak = [package for package in found.get("dependencies", []) if package.get("vulns")]
    for package in weak:
        for weakness in package["vulns"]:
            mended = ", ".join(weakness.get("fix_versions", [])) or "no version yet"
            print(f"{package['name']} {package['version']}: {weakness['id']}, mended in {mended}", file=sys.stderr)
    looked_up = [package for package in found.get("dependencies", []) if "skip_reason" not in package]
    unknown = len(found.get("dependencies", [])) - len(looked_up)
    print(f"{len(looked_up)} packages audited, {len(weak)} with a known weakness; {unknown} could not be looked up.")
    return 1 if weak else 0


def _run(command: list[str], limit_s: int) -> None:
    """Run to the end, whatever it answers; what it was to write says how it went."""
    subprocess.run(command, capture_output=True, timeout=limit_s, check=False, cwd=PROJECT)


if __name__ == "__main__":
    sys.exit(main())
