// Failure modes that only a platform's own codes tell: itself, the cloud below it, or what it was asked to run.
import type { FailureMode } from '../model.ts'

/**
 * All of them symptoms: where anything else is named, that is the news. The split of Databricks' codes is the one in
 * public use: try again after INTERNAL_ERROR, CLOUD_FAILURE, CLUSTER_ERROR and DRIVER_ERROR (F22), mend after INVALID_*;
 * EMR's and EMR on EKS' are alike.
 * What says only that the job's own program failed (RUN_EXECUTION_ERROR, USER_ERROR) tells no class and is left out.
 */
export const PLATFORMS: readonly FailureMode[] = [
  {
    id: 'F11',
    name: 'spot-lost',
    meaning: 'spot instances were lost while it ran',
    class: 'transient',
    kind: 'symptom',
    patterns: [{ words: /\(SPOT\b[^)]{0,60}\) was lost\b/, places: ['platform'] }],
  },
  {
    id: 'F41',
    name: 'cluster-unavailable',
    meaning: 'the cluster that it was sent to does not answer the platform',
    // Nothing that is sent there runs before that is mended: a rerun meets the same.
    class: 'infrastructure',
    kind: 'symptom',
    patterns: [{ words: /\bCLUSTER_UNAVAILABLE\b/, places: ['platform'] }],
  },
  {
    id: 'F41',
    name: 'cloud-failure',
    meaning: 'the cloud or the cluster below it failed',
    class: 'transient',
    kind: 'symptom',
    patterns: [
      { words: /\bCLOUD_FAILURE\b|\bCLUSTER_ERROR\b/, places: ['platform'] },
      { words: /\bINSTANCE_FAILURE\b/, places: ['platform'] },
      // What the apache operator itself counts as failures of the infrastructure (`OnInfrastructureFailure`).
      {
        words: /^(?:SchedulingFailure|DriverStartTimedOut|ExecutorsStartTimedOut)\b/,
        places: ['platform'],
        variant: 'not-started',
        meaning: 'the cluster did not start its driver or its executors in time',
      },
    ],
  },
  {
    id: 'F42',
    name: 'run-refused',
    meaning: 'the platform cannot run it as it is set up: its settings, a library or a bootstrap script',
    class: 'deterministic',
    kind: 'symptom',
    patterns: [
      { words: /\bVALIDATION_ERROR\b|\bBOOTSTRAP_FAILURE/, places: ['platform'] },
      {
        words:
          /\bINVALID_(?:RUN_CONFIGURATION|CLUSTER_REQUEST)\b|\bREPOSITORY_CHECKOUT_FAILED\b|\bLIBRARY_INSTALLATION_ERROR\b|\bFEATURE_DISABLED\b|\bRESOURCE_NOT_FOUND\b/,
        places: ['platform'],
      },
    ],
  },
  {
    id: 'F40',
    name: 'platform-error',
    meaning: 'the platform itself failed, not the job',
    class: 'transient',
    kind: 'symptom',
    // Spark has an error class of the same name, in brackets.
    patterns: [{ words: /(?<!\[)\bINTERNAL_ERROR\b/, places: ['platform'] }],
  },
]
