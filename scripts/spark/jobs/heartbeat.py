"""meters-poll: a healthy application that does a little job every two seconds, for as long as it is let.

Argument: for how many seconds.
"""
import sys
import time

from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("meters-poll").config("spark.executor.cores", "1").getOrCreate()
spark.sparkContext.setJobDescription("one poll")
until = time.time() + float(sys.argv[1])
while time.time() < until:
    spark.range(0, 100, 1, 2).count()
    time.sleep(2)
spark.stop()
