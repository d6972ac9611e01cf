"""inventory-snapshot: an application that does a little work and then waits, with nothing wrong.

Arguments: for how many seconds the driver stays, seconds of each of eight tasks that come before (none).
"""
import sys
import time

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.appName("inventory-snapshot").config("spark.executor.cores", "1").getOrCreate()
spark.sparkContext.setJobDescription("stock per warehouse")
if len(sys.argv) > 2:
    counted = F.expr(f"reflect('java.lang.Thread', 'sleep', {int(float(sys.argv[2]) * 1000)}L)")
    spark.range(0, 8, 1, 8).select(counted.alias("counted")).agg(F.count("counted")).collect()
spark.range(0, 20000, 1, 4).groupBy((F.col("id") % 8).alias("warehouse")).count().collect()
time.sleep(float(sys.argv[1]) if len(sys.argv) > 1 else 0)
