"""inventory-snapshot: an application that does a little work and then waits, with nothing wrong."""
import sys
import time

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.appName("inventory-snapshot").config("spark.executor.cores", "1").getOrCreate()
spark.sparkContext.setJobDescription("stock per warehouse")
spark.range(0, 20000, 1, 4).groupBy((F.col("id") % 8).alias("warehouse")).count().collect()
time.sleep(float(sys.argv[1]) if len(sys.argv) > 1 else 0)
