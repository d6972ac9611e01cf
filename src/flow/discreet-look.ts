// What a look for a later success found, as the incident's team keeps such things. Pure.
import type { Discretion } from '../alerts/discretion.ts'
import type { Look } from '../diagnosis/recovery.ts'

/** A look as its team keeps it. A run whose id must not be kept is not watched by it: the time of the alert stands for it. */
export function discreetLook({ name, text, link }: Discretion, look: Look): Look {
  switch (look.kind) {
    case 'recovered': {
      const { run } = look
      const jobName = run.jobName === null ? null : name(run.jobName)
      return { ...look, run: { ...run, id: name(run.id), jobName, link: link(run.link) ?? '' } }
    }
    case 'waiting': {
      const { watched } = look
      const kept = watched.id === null || name(watched.id) === watched.id
      const { passedOver } = look
      return {
        ...look,
        because: text(look.because),
        watched: kept ? watched : { ...watched, id: null },
        passedOver: passedOver && { id: name(passedOver.id), because: text(passedOver.because) },
      }
    }
    case 'pointless':
      return { ...look, because: text(look.because) }
  }
}
