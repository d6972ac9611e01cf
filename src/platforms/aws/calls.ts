// The clients of a service's reads and writes: which calls it has, the same in everything else for all services.
import type { PlatformDeps } from '../platform.ts'
import { type AwsClient, type Credentials, type Service, createAwsClient } from './client.ts'
import type { AwsConfig } from './config.ts'

type Opening = Pick<AwsConfig, 'region' | 'timeout_ms' | 'endpoint'>
type Open<Inputs extends object> = (
  platform: string,
  config: Opening,
  credentials: Credentials,
  deps: PlatformDeps,
) => AwsClient<Inputs>

/** Opens clients that can make these calls alone (P10): reads are asked again where AWS is busy, a write is made once. */
export function clientsOf<Inputs extends object>(
  service: Service,
  kind: 'reads' | 'writes',
  calls: readonly (keyof Inputs & string)[],
): Open<Inputs> {
  const reads = kind === 'reads'
  return (platform, config, credentials, deps) =>
    createAwsClient({ platform, service, calls, reads, config, endpoint: config.endpoint, credentials, deps })
}
