"""features-nightly: a Python function holds more than its container may have, and YARN kills the container.

Nothing bounds Python itself here: what it takes comes on top of the JVM's heap, out of spark.executor.memoryOverhead. The
NodeManager looks every three seconds, so that the memory is held for longer than that.
"""
import time

from pyspark.sql import SparkSession

HELD = 700 * 1024 * 1024

spark = (
    SparkSession.builder.appName("features-nightly")
    .config("spark.executor.memoryOverhead", "128m")
    .config("spark.task.maxFailures", "2")
    .getOrCreate()
)
spark.sparkContext.setJobDescription("features per customer")


def features(rows):
    # Written to, for memory that is only reserved is not counted.
    held = b"x" * HELD
    time.sleep(60)
    for row in rows:
        yield row + len(held)


spark.sparkContext.parallelize(range(2), 1).mapPartitions(features).count()
