"""letters-print: slow, but all tasks alike: nothing is wrong with it. The argument is the seconds of a task."""
import sys
import time

from pyspark.sql import SparkSession

seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3
spark = SparkSession.builder.appName("letters-print").config("spark.executor.cores", "1").getOrCreate()
spark.sparkContext.setJobDescription("letters per branch")


def wait(rows):
    time.sleep(seconds)
    yield from rows


# Python starts before anything is measured.
spark.sparkContext.parallelize(range(8), 2).map(abs).count()
spark.sparkContext.parallelize(range(80), 8).mapPartitions(wait).count()
