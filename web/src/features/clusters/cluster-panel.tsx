// One cluster closely: what it says, how it is reached, and asking it now.
import { useMutation, useQuery } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { call, type Schema } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { quoted } from '@/lib/shell'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { type Entries, KeyValue } from '@/ui/key-value'
import { Row, Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Panel } from '@/ui/section'
import { Status } from '@/ui/status'
import { Text } from '@/ui/text'
import { Time } from '@/ui/time'
import { type Cluster, registriesOf, useRefresh } from './queries'
import { DRIVERS, reasons } from './words'
import styles from './clusters.module.css'

interface PanelProps {
  organization: string
  cluster: Cluster
  /** Why the caller may not change it. */
  cannot: string | null
  onAsk: (kind: 'update' | 'disconnect') => void
}

const OF_MACHINE = 'It is the Docker Engine of the server’s machine: there is nothing to change.'

export function ClusterPanel({ organization, cluster, cannot, onAsk }: PanelProps) {
  const { name, driver, status, reason, kubernetes, 'checked-at': at } = cluster.attributes
  const refresh = useRefresh()
  const check = useMutation({
    mutationFn: () => call('post', '/api/v2/clusters/{cluster}/actions/check', { params: { path: { cluster: cluster.id } } }),
    onSettled: refresh,
  })
  const all = reasons({ status, reason })
  const registries = useQuery({ ...registriesOf(organization), enabled: Boolean(kubernetes?.build) }).data?.data
  const registry = registries?.find(({ id }) => id === kubernetes?.build?.registry)?.attributes.name
  const cannotChange = cannot ?? (kubernetes ? null : OF_MACHINE)
  return (
    <Panel
      title={name}
      actions={
        <Row gap={2} isWrapping>
          <Button size="sm" icon="refresh" isBusy={check.isPending} disabledReason={cannot} onClick={() => check.mutate()}>
            Ask it now
          </Button>
          <Button size="sm" icon="edit" disabledReason={cannotChange} onClick={() => onAsk('update')}>
            Change…
          </Button>
          <Button size="sm" icon="trash" disabledReason={cannotChange} onClick={() => onAsk('disconnect')}>
            Disconnect…
          </Button>
        </Row>
      }
    >
      <Stack gap={3}>
        {check.error && <ErrorNotice error={toApiError(check.error)} />}
        {status === 'unreachable' && (
          <Alert tone="danger" title="It does not answer">
            {reason} What runs there goes on, and nothing of it can be changed.
          </Alert>
        )}
        {status === 'limited' && (
          <Alert tone="warning" title="It answers, and lacks something">
            {all.length > 1 ? (
              <ul className={styles.reasons}>
                {all.map((one) => (
                  <li key={one}>{one}</li>
                ))}
              </ul>
            ) : (
              reason
            )}
          </Alert>
        )}
        <KeyValue
          width="lg"
          entries={[
            ['Status', <Status key="status" of="cluster" value={status} />],
            status === 'ready' && reason ? ['It says', reason] : null,
            ['Asked', at ? <Time key="at" at={at} /> : 'not yet'],
            ['Driven by', DRIVERS[driver] ?? driver],
            kubernetes ? ['Reached', kubernetes.connection === 'in-cluster' ? 'from inside: the server runs in it' : 'by a kubeconfig, which is shown to nobody'] : null,
            kubernetes?.context ? ['Context', <Text key="context" isMono>{kubernetes.context}</Text>] : null,
            kubernetes ? ['Namespace', <Text key="namespace" isMono>{kubernetes.namespace}</Text>] : null,
            kubernetes ? ['Ingress class', kubernetes['ingress-class'] ? <Text key="class" isMono>{kubernetes['ingress-class']}</Text> : "the cluster's choice"] : null,
            kubernetes
              ? ['Apps answer at', <Text key="domain" isMono>{`${(kubernetes['public-url'] ?? 'http://*/').replace('*', `NAME.ORGANIZATION.${kubernetes.domain ?? 'DOMAIN'}`)}`}</Text>]
              : null,
            ...building(organization, kubernetes?.build ?? null, registry, kubernetes !== null && kubernetes !== undefined),
          ]}
        />
        <Command text={`slipway cluster check ${quoted(name)}`} />
      </Stack>
    </Panel>
  )
}

/** What builds images for it; `registry` is the name of the integration, where it is one of this organization. */
function building(organization: string, build: Schema<'ClusterBuild'> | null, registry: string | undefined, isKubernetes: boolean): Entries {
  if (!build) return [isKubernetes ? ['Builds', 'nothing: it runs images that are there already'] : null]
  return [
    ['Builds', <Text key="builds" isMono>{build.buildkit}</Text>],
    [
      'Images go to',
      <Row key="images" gap={2} isWrapping>
        {registry ? <Link to={addresses.integration(organization, build.registry)}>{registry}</Link> : <Text isMono>{build.registry}</Text>}
        <Text isMono>{build.repository}</Text>
      </Row>,
    ],
  ]
}
