"""payouts-hourly: an executor ends between two stages, and the shuffle files that it has made are lost with it.

The first of two map tasks says in which executor it runs. Before the second stage has read all of it, that executor is
ended from the other one: what is read next fails with FetchFailed, Spark makes the lost output anew and tries the stage
again, and the same happens again; at the fourth attempt it gives up. SIGUSR1 ends Java at once, with an exit code that
tells nobody why: with SIGKILL (137) it would look like a container that was killed for its memory.
"""
import os
import signal
import tempfile
import time

from pyspark.sql import SparkSession

spark = (
    SparkSession.builder.appName("payouts-hourly")
    .config("spark.executor.cores", "1")
    .config("spark.scheduler.minRegisteredResourcesRatio", "1.0")
    .config("spark.shuffle.io.retryWait", "1s")
    .getOrCreate()
)
context = spark.sparkContext
context.setJobDescription("payouts per merchant")
keeper = os.path.join(tempfile.mkdtemp(), "executor")


def pid_of_executor():
    """Python's workers are grandchildren of the executor."""
    process = os.getppid()
    while process > 1:
        with open(f"/proc/{process}/cmdline", "rb") as file:
            words = file.read().decode().split("\0")
        if "org.apache.spark.executor.CoarseGrainedExecutorBackend" in words:
            return process
        with open(f"/proc/{process}/stat") as file:
            process = int(file.read().rsplit(")", 1)[1].split()[1])
    raise RuntimeError("this is no executor's worker")


def merchants(index, rows):
    if index == 0:
        with open(keeper, "w") as file:
            file.write(str(pid_of_executor()))
    return [(row % 20, row) for row in rows]


def pay(rows):
    paid = sum(1 for _ in rows)
    with open(keeper) as file:
        pid = int(file.read())
    if pid != pid_of_executor():
        try:
            os.kill(pid, signal.SIGUSR1)
        except ProcessLookupError:
            pass
        while os.path.exists(f"/proc/{pid}"):
            time.sleep(0.1)
    time.sleep(0.5)
    yield paid


payouts = context.parallelize(range(4000), 2).mapPartitionsWithIndex(merchants)
payouts.partitionBy(20).mapPartitions(pay, preservesPartitioning=True).count()
