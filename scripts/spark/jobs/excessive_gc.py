"""features-build: a library asks for a full garbage collection with every record, and hardly anything else gets done.

Arguments: how many records.
"""
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = (
    SparkSession.builder.appName("features-build")
    .config("spark.executor.cores", "1")
    .config("spark.executor.extraJavaOptions", "-XX:+UseSerialGC")
    .getOrCreate()
)
spark.sparkContext.setJobDescription("features per user")
records = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
spark.range(0, records, 1, 8).select(F.expr("reflect('java.lang.System', 'gc')").alias("nothing")).agg(F.count("nothing")).collect()
