"""refunds-hourly: what cleans the workers' disks takes shuffle files away that are still wanted.

Every attempt of the second stage gets some of its tasks done before the files are gone; at the fourth Spark gives up.
"""
import glob
import os
import time

from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("refunds-hourly").config("spark.executor.cores", "1").getOrCreate()
context = spark.sparkContext
context.setJobDescription("refunds per merchant")


def clean(rows):
    yield sum(1 for _ in rows)
    # Both executors have fetched before either cleans: the tasks that come next find nothing.
    time.sleep(0.5)
    for folder in os.environ["SPARK_EXECUTOR_DIRS"].split(os.pathsep):
        for file in glob.glob(os.path.join(folder, "**", "shuffle_*"), recursive=True):
            try:
                os.remove(file)
            except FileNotFoundError:
                pass


refunds = context.parallelize(range(4000), 2).map(lambda row: (row % 40, row))
refunds.partitionBy(40).mapPartitions(clean, preservesPartitioning=True).count()
