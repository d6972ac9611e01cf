"""ledger-load: yesterday's files hold amounts as text, and the job reads them as numbers."""
import sys
import tempfile

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

spark = SparkSession.builder.appName("ledger-load").config("spark.executor.cores", "1").getOrCreate()
folder = sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp()
spark.range(0, 100, 1, 1).select("id", F.concat(F.lit("EUR "), "id").alias("amount")).write.mode("overwrite").parquet(folder)
spark.sparkContext.setJobDescription("amounts per account")
spark.read.schema("id LONG, amount LONG").parquet(folder).agg(F.sum("amount")).collect()
