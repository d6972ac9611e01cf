// Both lines of Spark, broken on purpose in every way we know how: the same tables for each.
import { wantedLines } from '../../scripts/spark/lines.ts'
import { brokenOn } from '../real/spark/lines.ts'

brokenOn(wantedLines())
