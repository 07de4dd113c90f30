// A shell in a unit of an app.
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { command, quoted } from '@/lib/shell'
import { parameter, type ParseSearch, useSearchState } from '@/lib/search'
import { Alert } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Command } from '@/ui/command'
import { EmptyState } from '@/ui/empty-state'
import { Row, Stack } from '@/ui/layout'
import { Section } from '@/ui/section'
import { Select } from '@/ui/select'
import { Text } from '@/ui/text'
import { type Unit, unitsOf, useOpenApp } from '../queries'
import { refusal } from '../words'
import type { ShellState } from './session'
import styles from './shell.module.css'

const Terminal = lazy(() => import('./terminal').then((module) => ({ default: module.Terminal })))

const parseUnit: ParseSearch<{ readonly unit: string | undefined }> = (raw) => ({ unit: parameter.text(raw['unit']) })

export default function ShellPage() {
  const { app } = useOpenApp()
  const { name } = app.attributes
  const [{ unit = '' }, change] = useSearchState(parseUnit)
  const units = (useQuery(unitsOf(app.id)).data?.data ?? []) as readonly Unit[]
  const running = units.filter(({ attributes }) => attributes.status === 'ready' || attributes.status === 'not-ready').map(({ attributes }) => attributes.name)
  // Each opening is another shell.
  const [opened, setOpened] = useState<{ readonly number: number; readonly unit: string } | null>(null)
  const [state, setState] = useState<ShellState | null>(null)
  const unseen = refusal(app, 'can-shell')
  const isOpen = state?.phase === 'open' || state?.phase === 'connecting'
  const open = () => {
    setState({ phase: 'connecting' })
    setOpened({ number: (opened?.number ?? 0) + 1, unit })
  }
  const close = () => {
    setOpened(null)
    setState(null)
  }
  const known = [...new Set([...running, unit])].filter(Boolean)
  return (
    <Section title="Shell" about="In a unit that takes requests: what you change there is gone with the unit, and every shell is in the audit log.">
      <Stack gap={4}>
        {running.length === 0 && !opened && !unseen ? (
          <EmptyState title="No unit runs">A shell is opened in one that does. Deploy the app, or start it.</EmptyState>
        ) : (
          <>
            <Row gap={2} isWrapping>
              {!isOpen && (
                <Select
                  label="Unit"
                  isLabelHidden
                  isSmall
                  isMono
                  value={unit}
                  options={[{ value: '', text: 'The first that is ready' }, ...known.map((value) => ({ value, text: value }))]}
                  onChange={(next) => void change({ unit: next || undefined }, { replace: true })}
                />
              )}
              {isOpen ? (
                <Button onClick={close}>Close the shell</Button>
              ) : (
                <Button look="primary" icon="terminal" disabledReason={unseen} onClick={open}>
                  {opened ? 'Open another' : 'Open a shell'}
                </Button>
              )}
              <Standing state={state} />
            </Row>
            {opened && (
              <div className={styles.frame}>
                <Suspense fallback={<div className={styles.terminal} aria-busy="true" />}>
                  <Terminal key={opened.number} app={app.id} unit={opened.unit} label={`Shell in ${opened.unit || name}`} onState={setState} />
                </Suspense>
              </div>
            )}
          </>
        )}
        {state?.phase === 'failed' && <Alert tone="warning" title="The shell ended">{state.reason}</Alert>}
        <Command text={command(`slipway app shell ${quoted(name)}`, unit && `--unit ${quoted(unit)}`)} />
      </Stack>
    </Section>
  )
}

function Standing({ state }: { state: ShellState | null }) {
  if (state?.phase === 'connecting') return <Text level={3}>Opening it</Text>
  if (state?.phase === 'open') return <Text level={3}>{`In ${state.unit}. Ctrl-D or exit ends it.`}</Text>
  if (state?.phase === 'ended') return <Text level={3}>{`It ended with ${state.exitCode}.`}</Text>
  return null
}
