"""sensors-daily: reads a folder of very many very small files.

Arguments: how many, and for how many seconds the driver stays.
"""
import os
import sys
import tempfile
import time

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

many = int(sys.argv[1]) if len(sys.argv) > 1 else 1500
folder = tempfile.mkdtemp()
for number in range(many):
    with open(os.path.join(folder, f"part-{number:05}.json"), "w") as file:
        file.write(f'{{"sensor": {number % 7}, "value": {number}}}\n')

spark = SparkSession.builder.appName("sensors-daily").config("spark.executor.cores", "1").getOrCreate()
spark.sparkContext.setJobDescription("values per sensor")
spark.read.schema("sensor LONG, value LONG").json(folder).groupBy("sensor").agg(F.sum("value")).collect()
time.sleep(float(sys.argv[2]) if len(sys.argv) > 2 else 0)
