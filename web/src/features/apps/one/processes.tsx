// The processes of an app, and how many units of each shall run.
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { call } from '@/api/query'
import { command, quoted } from '@/lib/shell'
import { ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { classes } from '@/ui/classes'
import { Command } from '@/ui/command'
import { Row, Stack } from '@/ui/layout'
import { Section } from '@/ui/section'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import { toast } from '@/ui/toast'
import { autoscaleWords } from '../processes/words'
import { type App, type Process, useRefreshApps } from '../queries'
import { refusal } from '../words'
import styles from '../apps.module.css'

const MOST = 100

/** Forgets what was chosen when somebody else scaled it: give it a `key` of the numbers. */
export function Processes({ app }: { app: App }) {
  const { name, processes } = app.attributes
  const [chosen, setChosen] = useState<Readonly<Record<string, number>>>({})
  const refresh = useRefreshApps()
  const wanted = (process: Process) => chosen[process.name] ?? process.units
  const changed = processes.filter((process) => wanted(process) !== process.units)
  const scale = useMutation({
    mutationFn: () =>
      call('post', '/api/v2/apps/{app}/actions/scale', {
        params: { path: { app: app.id } },
        body: { data: { type: 'apps', attributes: { units: Object.fromEntries(changed.map((process) => [process.name, wanted(process)])) } } },
      }),
    onSuccess: () => toast({ text: `${name} is scaled.` }),
    onSettled: refresh,
  })
  const set = (process: Process, units: number) => setChosen({ ...chosen, [process.name]: Math.min(MOST, Math.max(0, units)) })
  const cannot = refusal(app, 'can-scale')
  return (
    <Section title="Processes" count={processes.length}>
      <Stack gap={3}>
        <Table label="Processes" rows={processes} rowKey={(process) => process.name} columns={columns({ cannot, wanted, set })} hasKeys={false} />
        {changed.length > 0 && (
          <>
            <Command text={command(`slipway app scale ${changed.map((process) => `${process.name}=${wanted(process)}`).join(' ')}`, `--app ${quoted(name)}`)} />
            <Row gap={2}>
              <Button look="primary" isBusy={scale.isPending} disabledReason={cannot} onClick={() => scale.mutate()}>
                Scale
              </Button>
              <Button onClick={() => setChosen({})}>Leave it</Button>
            </Row>
          </>
        )}
        {scale.error && <ErrorNotice error={toApiError(scale.error)} />}
      </Stack>
    </Section>
  )
}

interface Scaling {
  readonly cannot: string | null
  readonly wanted: (process: Process) => number
  readonly set: (process: Process, units: number) => void
}

const columns = ({ cannot, wanted, set }: Scaling): readonly Column<Process>[] => [
  { key: 'name', title: 'Process', narrow: 'first', cell: (process) => <Text isStrong>{process.name}</Text> },
  {
    key: 'command',
    title: 'Command',
    narrow: 'second',
    isWide: true,
    cell: (process) => (process.command ? <Text isMono level={2} isCut title={process.command}>{process.command}</Text> : <Text level={3}>as the image says</Text>),
  },
  { key: 'ready', title: 'Ready', align: 'end', narrow: 'end', cell: (process) => <Text level={process.ready < process.units ? 1 : 2}>{`${process.ready} of ${process.units}`}</Text> },
  {
    key: 'units',
    title: 'Units',
    align: 'end',
    narrow: 'second',
    cell: (process) => process.autoscale ? (
      <Text level={2} title={autoscaleWords(process.autoscale)}>{`the cluster says: ${process.autoscale['min-units']} to ${process.autoscale['max-units']}`}</Text>
    ) : (
      <span className={styles.scale}>
        <IconButton icon="minus" label={`One unit of ${process.name} less`} disabledReason={cannot ?? (wanted(process) === 0 ? 'None is the least.' : null)} onClick={() => set(process, wanted(process) - 1)} />
        <output aria-label={`Units of ${process.name}`} className={classes(wanted(process) !== process.units && styles.changed)}>
          {wanted(process)}
        </output>
        <IconButton icon="plus" label={`One unit of ${process.name} more`} disabledReason={cannot ?? (wanted(process) === MOST ? `${MOST} are the most.` : null)} onClick={() => set(process, wanted(process) + 1)} />
      </span>
    ),
  },
]
