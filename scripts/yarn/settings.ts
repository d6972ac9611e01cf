// The configuration files of a YARN cluster on free loopback ports, with little memory. Pure.

export interface Ports {
  readonly rm: number
  readonly rmScheduler: number
  readonly rmTracker: number
  readonly rmAdmin: number
  readonly rmWeb: number
  readonly nm: number
  readonly nmLocalizer: number
  readonly nmWeb: number
  readonly jobHistory: number
  readonly jobHistoryAdmin: number
  readonly jobHistoryWeb: number
}

export const PORTS: readonly (keyof Ports)[] = [
  'rm', 'rmScheduler', 'rmTracker', 'rmAdmin', 'rmWeb', 'nm', 'nmLocalizer', 'nmWeb',
  'jobHistory', 'jobHistoryAdmin', 'jobHistoryWeb',
] // prettier-ignore

/** What the node offers, in MB: an ApplicationMaster and an executor of 896 MB each, and some more. */
const NODE_MB = 3072

type Properties = Readonly<Record<string, string>>

/** Files of a configuration directory by name; everything that is written goes below `dir`. `core` and `yarn` come on top. */
export function settingsFor(
  dir: string,
  ports: Ports,
  { core = {}, yarn = {} }: { readonly core?: Properties; readonly yarn?: Properties } = {},
): Properties {
  const at = (port: number): string => `127.0.0.1:${port}`
  return {
    'log4j.properties': `log4j.rootLogger=WARN,C
log4j.appender.C=org.apache.log4j.ConsoleAppender
log4j.appender.C.layout=org.apache.log4j.PatternLayout
log4j.appender.C.layout.ConversionPattern=%d %p %c: %m%n
`,
    'core-site.xml': site({ 'fs.defaultFS': 'file:///', 'hadoop.tmp.dir': `${dir}/tmp`, ...core }),
    'mapred-site.xml': site({
      'mapreduce.jobhistory.address': at(ports.jobHistory),
      'mapreduce.jobhistory.admin.address': at(ports.jobHistoryAdmin),
      'mapreduce.jobhistory.webapp.address': at(ports.jobHistoryWeb),
      'yarn.app.mapreduce.am.staging-dir': `${dir}/staging`,
    }),
    'yarn-site.xml': site({
      'yarn.resourcemanager.hostname': '127.0.0.1',
      'yarn.resourcemanager.address': at(ports.rm),
      'yarn.resourcemanager.scheduler.address': at(ports.rmScheduler),
      'yarn.resourcemanager.resource-tracker.address': at(ports.rmTracker),
      'yarn.resourcemanager.admin.address': at(ports.rmAdmin),
      'yarn.resourcemanager.webapp.address': at(ports.rmWeb),
      'yarn.resourcemanager.am.max-attempts': '2',
      'yarn.nodemanager.hostname': '127.0.0.1',
      'yarn.nodemanager.address': at(ports.nm),
      'yarn.nodemanager.localizer.address': at(ports.nmLocalizer),
      'yarn.nodemanager.webapp.address': at(ports.nmWeb),
      'yarn.nodemanager.resource.memory-mb': String(NODE_MB),
      'yarn.nodemanager.resource.cpu-vcores': '8',
      'yarn.scheduler.minimum-allocation-mb': '128',
      'yarn.nodemanager.vmem-check-enabled': 'false',
      // Else no container is killed for its memory, cgroups or not: by default that is left to them.
      'yarn.nodemanager.resource.memory.enforced': 'false',
      'yarn.nodemanager.local-dirs': `${dir}/nm-local`,
      'yarn.nodemanager.log-dirs': `${dir}/nm-logs`,
      'yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage': '99.5',
      'yarn.log-aggregation-enable': 'true',
      'yarn.nodemanager.remote-app-log-dir': `file://${dir}/logs`,
      'yarn.log.server.url': `http://${at(ports.jobHistoryWeb)}/jobhistory/logs`,
      'yarn.log.server.web-service.url': `http://${at(ports.jobHistoryWeb)}/ws/v1/history`,
      ...yarn,
    }),
    // The queue `small` is too small for any ApplicationMaster: what is submitted there waits.
    'capacity-scheduler.xml': site({
      'yarn.scheduler.capacity.root.queues': 'default,small',
      'yarn.scheduler.capacity.root.default.capacity': '80',
      'yarn.scheduler.capacity.root.default.maximum-capacity': '100',
      'yarn.scheduler.capacity.root.small.capacity': '20',
      'yarn.scheduler.capacity.root.small.maximum-capacity': '20',
      'yarn.scheduler.capacity.maximum-am-resource-percent': '0.8',
    }),
  }
}

function site(properties: Properties): string {
  const rows = Object.entries(properties).map(
    ([name, value]) => `  <property><name>${name}</name><value>${value}</value></property>`,
  )
  return `<configuration>\n${rows.join('\n')}\n</configuration>\n`
}
