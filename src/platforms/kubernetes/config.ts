// How Spark on Kubernetes is written in arrestor.yml: whose API server, as whom, which namespaces.
import * as z from 'zod'
import { authSchema as webAuthSchema } from '../http/auth.ts'
import { historyShape } from '../spark-rest/history-client.ts'

const url = z.url({ protocol: /^https?$/, error: 'must be an http or https address' })

/** A namespace, or another name that Kubernetes holds to RFC 1123. */
const namespace = z
  .string()
  .refine((name) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name), 'must be the name of a namespace')

const authSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('in_cluster').describe('the service account of the pod that this service runs in'),
  }),
  z.strictObject({
    type: z.literal('kubeconfig').describe('a kubeconfig file; certificates, tokens and exec plugins of it'),
    path: z.string().min(1).describe('the file'),
    context: z.string().min(1).optional().describe('a context of it; its current one where absent'),
  }),
  z
    .strictObject({
      type: z.literal('token').describe('an address, a bearer token and a certificate authority'),
      server: url
        .refine(isSafe, 'must be https: a token must not go over the network in the clear')
        .describe('address of the API server, for example https://10.0.0.1:6443'),
      token: z.string().min(1).optional().describe('the token, as `${NAME}`'),
      token_file: z
        .string()
        .min(1)
        .optional()
        .describe('a file with the token, read again every minute, for tokens that are rotated'),
      ca_file: z
        .string()
        .min(1)
        .optional()
        .describe("certificate authority of the API server, PEM; the system's where absent"),
      tls_server_name: z
        .string()
        .min(1)
        .optional()
        .describe('name in its certificate, where it is not the one of the address'),
    })
    .refine(
      ({ token, token_file }) => token === undefined || token_file === undefined,
      'has token and token_file; one of them is enough',
    ),
])
export type Auth = z.output<typeof authSchema>

/** `kubectl proxy` speaks plain http, on the same machine. */
function isSafe(address: string): boolean {
  const { protocol, hostname = '' } = URL.parse(address) ?? {}
  return protocol !== 'http:' || /^(?:localhost|\[::1\]|127(?:\.\d{1,3}){3})$/.test(hostname)
}

/** Placeholders may not end the host: whoever names an application would say which host is asked. */
const driverAddress = z
  .string()
  .refine(
    (text) =>
      /^https?:\/\/(?:[^/{}@]|\{(?:app_id|app_name|namespace)\}\.)*[a-z0-9-]+(?::\d{1,5})?(?:\/.*)?$/i.test(
        text,
      ) &&
      /\{(?:app_id|app_name|namespace)\}/.test(text) &&
      URL.canParse(text.replaceAll(/\{(?:app_id|app_name|namespace)\}/g, 'x')),
    'must be an http or https address with {app_id}, {app_name} or {namespace} in it, and a host that ends in none of them',
  )

const driverAuth = webAuthSchema
  .optional()
  .describe('who we are to what stands before driver UIs; nothing is sent where absent')

/** `auth` and `namespaces` are needed. Without `actions` nothing can be done. */
export const configSchema = z.strictObject({
  kind: z.literal('kubernetes').describe('what it is'),
  auth: authSchema.describe('which API server, and who we are to it when we read'),
  namespaces: z
    .array(namespace)
    .min(1)
    .max(50)
    .describe('where Spark applications run; nothing outside of them is ever asked for'),
  operator: z
    .enum(['auto', 'none', 'kubeflow', 'apache'])
    .default('auto')
    .describe(
      'whose SparkApplications are read: kubeflow/spark-operator, apache/spark-kubernetes-operator, none (spark-submit alone), or whichever answers',
    ),
  driver_ui: z
    .union([
      z.enum(['proxy', 'none']),
      z.discriminatedUnion('by', [
        z.strictObject({
          by: z.literal('address').describe('at an address made from what the application is called'),
          url: driverAddress.describe(
            'the address, with {app_id}, {app_name} (of the SparkApplication) or {namespace} in it, for example https://spark.example.com/{namespace}/{app_name}',
          ),
          auth: driverAuth,
        }),
        z.strictObject({
          by: z
            .literal('ingress')
            .describe(
              'at the ingress that the kubeflow operator makes and names in the status of a SparkApplication',
            ),
          hosts: z
            .array(z.string().min(1))
            .min(1)
            .describe('hosts that may be asked, exact or *.example.com; an ingress at another is not'),
          scheme: z.enum(['http', 'https']).default('https').describe('what the ingress speaks'),
          auth: driverAuth,
        }),
      ]),
    ])
    .default('proxy')
    .describe(
      "how live driver UIs are reached: through the API server's proxy of pods (needs `get` on `pods/proxy`), not at all, or from outside as the keys below it say",
    ),
  ...historyShape,
  history_authorization: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Authorization header for the History Server alone, as it stands; `history_auth` goes before it',
    ),
  timeout_ms: z.int().min(100).max(60_000).default(10_000).describe('how long one request may take'),
  actions: z
    .array(z.enum(['application.kill']))
    .default([])
    .describe('what may be done: `application.kill` ends an application; nothing, unless it is named here'),
  act_auth: authSchema.optional().describe('who we are when we act; the same as when we read where absent'),
  kubeflow_kill: z
    .enum(['suspend', 'delete'])
    .default('suspend')
    .describe(
      'how a SparkApplication of the kubeflow operator is ended: suspended, which keeps it and can be taken back, or deleted',
    ),
})
export type Config = z.output<typeof configSchema>
