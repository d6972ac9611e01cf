"""routes-optimise: two threads of a function each hold a lock that the other wants; the task never ends."""
import threading

from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("routes-optimise").config("spark.executor.cores", "1").getOrCreate()
spark.sparkContext.setJobDescription("routes per depot")


def optimise(rows):
    first, second = threading.Lock(), threading.Lock()
    both = threading.Barrier(2)

    def take(one, other):
        with one:
            both.wait()
            with other:
                pass

    beside = threading.Thread(target=take, args=(second, first), daemon=True)
    beside.start()
    take(first, second)
    yield from rows


# Something ends first: not a job that never began.
spark.sparkContext.parallelize(range(8), 2).count()
spark.sparkContext.parallelize(range(8), 2).mapPartitions(optimise).count()
