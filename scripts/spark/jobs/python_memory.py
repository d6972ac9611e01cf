"""scores-nightly: a Python function gathers a whole partition in Python's own memory, which is limited.

spark.executor.pyspark.memory is a real limit of the Python processes (RLIMIT_AS): the allocation fails with MemoryError.
"""
from pyspark.sql import SparkSession

spark = (
    SparkSession.builder.appName("scores-nightly")
    .config("spark.executor.cores", "1")
    .config("spark.executor.pyspark.memory", "256m")
    .getOrCreate()
)
spark.sparkContext.setJobDescription("scores per model")


def score(rows):
    held = []
    for row in rows:
        held.append(bytearray(64 * 1024 * 1024))
        yield row


spark.sparkContext.parallelize(range(64), 2).mapPartitions(score).count()
