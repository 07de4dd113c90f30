// What the units of an app write just now, below them.
import { useState } from 'react'
import { addresses } from '@/lib/addresses'
import { Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { UnitLog } from '@/ui/log/known-log'
import { LogPanel } from '@/ui/log/log-panel'
import type { App } from '../queries'
import { refusal } from '../words'
import styles from '../apps.module.css'

/** Nothing for who may not read it, and while nothing runs. */
export function LogTail({ organization, app }: { organization: string; app: App }) {
  const { name } = app.attributes
  const [find, setFind] = useState('')
  if (refusal(app, 'can-read-logs') || app.attributes['is-stopped']) return null
  return (
    <Stack gap={2}>
      <div className={styles.tail}>
        <LogPanel
          reader={() => new UnitLog(`/api/v2/apps/${encodeURIComponent(app.id)}/logs`, { process: '', name: `${name}.log` })}
          label="What its units write now"
          line={null}
          onLine={() => {}}
          search={find}
          onSearch={setFind}
          whenAbsent="Nothing was written yet."
        />
      </div>
      <Link to={addresses.app(organization, name, 'logs')}>Open logs</Link>
    </Stack>
  )
}
