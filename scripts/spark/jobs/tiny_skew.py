"""countries-refresh: one task takes twenty times as long as the others, and that is less than two seconds."""
import time

from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("countries-refresh").config("spark.executor.cores", "1").getOrCreate()
spark.sparkContext.setJobDescription("countries")


def wait(index, rows):
    time.sleep(1.5 if index == 0 else 0.05)
    yield from rows


# Python starts before anything is measured.
spark.sparkContext.parallelize(range(8), 2).map(abs).count()
spark.sparkContext.parallelize(range(80), 8).mapPartitionsWithIndex(wait).count()
