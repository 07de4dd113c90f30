// What differs between two versions: resources and outputs, each with its attributes. Secrets are never in it.
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { toApiError } from '@/api/errors'
import type { Schema } from '@/api/query'
import { count } from '@/lib/numbers'
import { ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { ValueDiff } from '@/ui/diff'
import { Icon } from '@/ui/icon'
import { Panel } from '@/ui/section'
import { Skeleton } from '@/ui/skeleton'
import { Text } from '@/ui/text'
import { TextInput } from '@/ui/text-input'
import { difference } from './queries'
import { kindLook, type Kind, KINDS, sorted, tally, valueOf } from './changes'
import styles from './states.module.css'

interface ComparisonProps {
  workspace: string
  to: string
  from: string | undefined
  onClose: () => void
}

// At once; nobody reads a thousand changes one after the other.
const SHOWN = 300

export function Comparison({ workspace, to, from, onClose }: ComparisonProps) {
  const { data, error, refetch } = useQuery(difference(to, from))
  const [sought, setSought] = useState('')
  const [shown, setShown] = useState(SHOWN)
  const diff = data?.data.attributes
  const older = diff?.['from-serial']
  const changes = diff?.changes
  const found = useMemo(() => sorted(changes ?? [], sought), [changes, sought])
  const title = diff ? (older === null || older === undefined ? `Version ${diff['to-serial']}, the first` : `Version ${older} → ${diff['to-serial']}`) : 'Comparing'
  return (
    <div className={styles.comparison}>
      <Panel
        title={title}
        isFlush
        actions={
          <>
            {diff && <Tally changes={diff.changes} />}
            <IconButton icon="close" label="Close the comparison" onClick={onClose} />
          </>
        }
      >
        {error && <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />}
        {!diff && !error && (
          <div className={styles.pad}>
            <Skeleton height={64} />
          </div>
        )}
        {diff && diff.changes.length === 0 && <p className={styles.pad}>Nothing differs in resources and outputs; only the record itself was written anew.</p>}
        {diff && diff.changes.length > 8 && (
          <div className={styles.filter}>
            <TextInput label="Filter by address" isLabelHidden isSmall icon="search" placeholder="Filter by address" value={sought} onChange={setSought} />
          </div>
        )}
        {/* Scrolls by itself when there are many, so that the versions stay in reach; the keyboard must reach it. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
        <div className={styles.changes} {...(found.length > 8 && { tabIndex: 0, role: 'group', 'aria-label': 'Changes' })}>
          {found.slice(0, shown).map((change) => (
            <Change key={change.address} change={change} isOpen={found.length <= 8} />
          ))}
        </div>
        {found.length > shown && (
          <div className={styles.more}>
            <Button size="sm" onClick={() => setShown(shown + SHOWN)}>
              Show {count(Math.min(SHOWN, found.length - shown))} more
            </Button>
            <Text level={3}>of {count(found.length - shown)}. The filter finds each of them.</Text>
          </div>
        )}
        {diff && (
          <div className={styles.pad}>
            <Command text={`slipway state diff ${older ?? ''} ${diff['to-serial']} --workspace ${workspace}`.replace('  ', ' ')} />
          </div>
        )}
      </Panel>
    </div>
  )
}

function Tally({ changes }: { changes: readonly Schema<'StateChange'>[] }) {
  const numbers = tally(changes)
  return (
    <span className={styles.tally}>
      {KINDS.filter((kind) => numbers[kind] > 0).map((kind) => (
        <span key={kind} className={styles[kind]}>
          <Icon name={kindLook[kind].icon} size={12} />
          {count(numbers[kind])} {kind}
        </span>
      ))}
    </span>
  )
}

function Change({ change, isOpen }: { change: Schema<'StateChange'>; isOpen: boolean }) {
  const kind = change.kind as Kind
  const look = kindLook[kind] ?? kindLook.changed
  return (
    <details className={styles.change} open={isOpen}>
      <summary>
        <Icon name="chevron-right" size={14} />
        <span className={styles[kind]}>
          <Icon name={look.icon} size={14} label={look.word} />
        </span>
        <code>{change.address}</code>
        <Text level={3} isSmall>
          {kind === 'changed' ? `${change.attributes.length} attribute${change.attributes.length === 1 ? '' : 's'}` : look.word}
        </Text>
      </summary>
      <div className={styles.attributes}>
        {change.attributes.map((attribute) => (
          <div key={attribute.path} className={styles.attribute}>
            <span>{attribute.path}</span>
            <span>
              <ValueDiff
                before={kind === 'added' ? null : valueOf(attribute.before, attribute.sensitive)}
                after={kind === 'removed' ? null : valueOf(attribute.after, attribute.sensitive)}
              />
            </span>
          </div>
        ))}
        {change.attributes.length === 0 && <Text level={3}>No attributes to show.</Text>}
      </div>
    </details>
  )
}
