"""receipts-match: reads a folder of text and takes two milliseconds over each line, so that more input is a longer run.

Argument: the folder.
"""
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = (
    SparkSession.builder.appName("receipts-match")
    .config("spark.executor.cores", "1")
    .config("spark.sql.shuffle.partitions", "2")
    .getOrCreate()
)
spark.sparkContext.setJobDescription("receipts by till")
matched = F.expr("reflect('java.lang.Thread', 'sleep', 2L)")
receipts = spark.read.text(sys.argv[1]).select((F.crc32("value") % 8).alias("till"), matched.alias("matched"))
receipts.groupBy("till").agg(F.count("matched"), F.count("till")).collect()
spark.stop()
