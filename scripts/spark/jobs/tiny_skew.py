"""countries-refresh: in one of its stages a task takes twenty times as long as the others, and that is less than two
seconds; the rest of its time goes into a stage whose tasks are alike. The argument is the seconds of a task of that one.
"""
import sys
import time

from pyspark.sql import SparkSession

seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3
spark = SparkSession.builder.appName("countries-refresh").config("spark.executor.cores", "1").getOrCreate()
spark.sparkContext.setJobDescription("countries")


def wait(index, rows):
    time.sleep(1.5 if index == 0 else 0.05)
    yield from rows


def fetch(rows):
    time.sleep(seconds)
    yield from rows


# Python starts before anything is measured.
spark.sparkContext.parallelize(range(8), 2).map(abs).count()
spark.sparkContext.parallelize(range(80), 8).mapPartitions(fetch).count()
spark.sparkContext.parallelize(range(80), 8).mapPartitionsWithIndex(wait).count()
