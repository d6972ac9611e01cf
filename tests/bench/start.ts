// From spawn to ready: the first start ever, and later ones.
import { type Outside, startServiceProcess } from './processes.ts'
import { type Row, median } from './stats.ts'

export async function benchStart(outside: Outside): Promise<Row[]> {
  const fresh = await startServiceProcess(outside, null)
  await fresh.stop()
  const again: number[] = []
  for (let i = 0; i < 5; i += 1) {
    const service = await startServiceProcess(outside, null)
    again.push(service.startMs)
    await service.stop()
  }
  return [
    {
      what: 'start to ready, embedded, first ever',
      measured: `${(fresh.startMs / 1000).toFixed(1)} s`,
      target: 'under 4 s',
    },
    {
      what: 'start to ready, embedded',
      measured: `median ${(median(again) / 1000).toFixed(1)} s`,
      target: 'under 2 s',
    },
  ]
}
