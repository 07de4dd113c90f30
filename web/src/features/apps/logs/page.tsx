// What the units of an app write: as they write it, and what is kept of it.
import { parameter, type ParseSearch, useSearchState } from '@/lib/search'
import { command, quoted } from '@/lib/shell'
import { Alert } from '@/ui/alert'
import { Command } from '@/ui/command'
import { Stack } from '@/ui/layout'
import { UnitLog } from '@/ui/log/known-log'
import { LogPanel } from '@/ui/log/log-panel'
import { useLinkedLine } from '@/ui/log/use-linked-line'
import { Segmented } from '@/ui/segmented'
import { Select } from '@/ui/select'
import { type App, useOpenApp } from '../queries'
import { refusal } from '../words'
import styles from '../apps.module.css'
import { KeptLog } from './kept'

interface LogSearch {
  /** Live without it. */
  readonly show: 'kept' | undefined
  /** Only of this one. */
  readonly process: string | undefined
  readonly find: string | undefined
}

const parseLog: ParseSearch<LogSearch> = (raw) => ({
  show: parameter.oneOf(raw['show'], ['kept']),
  process: parameter.text(raw['process']),
  find: parameter.text(raw['find']),
})

export default function Logs() {
  const { app } = useOpenApp()
  const [{ show }, change] = useSearchState(parseLog)
  const unseen = refusal(app, 'can-read-logs')
  if (unseen) return <Alert tone="neutral" icon="lock" title="Its log is not for you">{unseen}</Alert>
  return (
    <Stack gap={4}>
      <Segmented
        label="Which lines"
        value={show ?? 'live'}
        options={[
          { value: 'live', text: 'Live' },
          { value: 'kept', text: 'Kept, and searched' },
        ]}
        onChange={(next) => void change({ show: next === 'kept' ? 'kept' : undefined })}
      />
      {show === 'kept' ? <KeptLog app={app} /> : <LiveLog app={app} />}
    </Stack>
  )
}

function LiveLog({ app }: { app: App }) {
  const { name, processes } = app.attributes
  const [{ process = '', find = '' }, change] = useSearchState(parseLog)
  const [line, link] = useLinkedLine()
  const known = [...new Set([...processes.map((one) => one.name), process])].filter(Boolean)
  return (
    <Stack gap={4}>
      <div className={styles.log}>
        <LogPanel
          key={process}
          reader={() => new UnitLog(`/api/v2/apps/${encodeURIComponent(app.id)}/logs`, { process, name: `${name}.log` })}
          label="What its units write"
          choice={
            known.length > 1 || process ? (
              <Select
                label="Process"
                isLabelHidden
                isSmall
                value={process}
                options={[{ value: '', text: 'Every process' }, ...known.map((value) => ({ value, text: value }))]}
                onChange={(next) => void change({ process: next || undefined })}
              />
            ) : undefined
          }
          line={line}
          onLine={link}
          search={find}
          onSearch={(text) => void change({ find: text || undefined }, { replace: true })}
          whenAbsent="Nothing was written yet. What its units write appears here as it comes."
        />
      </div>
      <Command text={command(`slipway app logs ${quoted(name)} --follow`, process && `--process ${quoted(process)}`)} />
    </Stack>
  )
}
