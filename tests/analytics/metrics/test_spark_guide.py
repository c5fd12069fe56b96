"""The example of the guide runs as it stands, and Spark is silent on the way."""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from textwrap import dedent

import pytest

from analytics.metrics.compute import compute
from analytics.metrics.engines.spark_session import _settings
from analytics.metrics.selection import Selection
from analytics.mirror.arranged import split
from analytics.mirror.fold import fold
from analytics.mirror.published import Facts, point, publish
from project.bench_world import world

GUIDE = Path("docs/how-to/measure-on-spark.md")
SET_UP = "import django; django.setup()\n"


def example() -> str:
    """Return the example, to be tried without a cluster as the guide says; two measures will do."""
    text = dedent(GUIDE.read_text().split("   ```python\n")[1].split("   ```")[0].strip("\n"))
    for there, here in (
        ('"s3a://bucket/discless/current"', "None"),
        ('"spark://host:7077"', '"local[2]"'),
        ("spark_over(ADDRESS,", "spark_over(str(root / current(root)),"),
        ("mirror, METRICS,", "mirror, METRICS[:2],"),
    ):
        assert text.count(there) == 1, there
        text = text.replace(there, here)
    return text


@pytest.mark.slow
def test_the_example_of_the_guide_answers_in_silence(tmp_path: Path) -> None:
    log = world(60, facilities=2)
    code = sha256(b"live").hexdigest()[:16]
    assert f"var/mirror/snapshots/{code}/current" in GUIDE.read_text()
    root = tmp_path / "var" / "mirror" / "snapshots" / code
    root.mkdir(parents=True)
    facts = Facts(source=log.name, as_of=log.as_of, watermark="1", zone=log.zone)
    point(root, publish(root, facts, split(fold(log)), last=None).name)
    there = {"VAR": str(tmp_path / "var"), "DJANGO_SETTINGS_MODULE": "project.settings"}
    usual = {name: word for name, word in os.environ.items() if name != "JDK_JAVA_OPTIONS"}
    done = subprocess.run(
        [sys.executable, "-c", SET_UP + example()],
        env=usual | there | {"PYTHONPATH": str(Path.cwd())},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    found = compute(fold(log), Selection(), ["turnaround_mean", "turnaround_median"])
    words = [line.split() for line in done.stdout.splitlines()]
    assert [word[0] for word in words] == list(found)
    assert [float(word[1]) for word in words] == pytest.approx(
        [one.value for one in found.values()]
    )


def test_a_cluster_says_itself_where_its_driver_is(tmp_path: Path) -> None:
    assert "spark.driver.host" in _settings("local[2]", tmp_path)
    assert "spark.driver.host" not in _settings("spark://host:7077", tmp_path)
