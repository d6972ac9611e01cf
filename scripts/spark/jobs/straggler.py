"""invoices-render: every task does the same, and those on one host take ten times as long.

Arguments: the slow host, milliseconds of a task elsewhere.
"""
import os
import sys
import time

from pyspark.sql import SparkSession

slow = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.2"
seconds = float(sys.argv[2] if len(sys.argv) > 2 else 600) / 1000

spark = (
    SparkSession.builder.appName("invoices-render")
    .config("spark.executor.cores", "1")
    .config("spark.locality.wait", "0")
    .getOrCreate()
)
spark.sparkContext.setJobDescription("invoices per customer")


def host_of_executor():
    """The executor's own command line says on which host it is; Python's workers are its grandchildren."""
    process = os.getppid()
    while process > 1:
        with open(f"/proc/{process}/cmdline", "rb") as file:
            words = file.read().decode().split("\0")
        if "--hostname" in words:
            return words[words.index("--hostname") + 1]
        with open(f"/proc/{process}/stat") as file:
            process = int(file.read().rsplit(")", 1)[1].split()[1])
    return ""


def render(rows):
    held = [row for row in rows]
    time.sleep(seconds * (10 if host_of_executor() == slow else 1))
    yield len(held)


# Each task reads the same: about a megabyte and a half that does not compress.
invoices = spark.sparkContext.parallelize(range(32), 4).flatMap(lambda row: [(row, os.urandom(32768)) for _ in range(48)])
invoices.partitionBy(32).mapPartitions(render).sum()
