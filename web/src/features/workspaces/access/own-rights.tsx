// What the caller may do here, in words.
import { Icon } from '@/ui/icon'
import { Section } from '@/ui/section'
import type { WorkspaceRow } from '../queries'
import styles from './access.module.css'

type Flag = keyof WorkspaceRow['attributes']['permissions']

const WORDS: readonly (readonly [Flag, string])[] = [
  ['can-queue-run', 'Plan'],
  ['can-queue-apply', 'Confirm and apply'],
  ['can-queue-destroy', 'Destroy everything'],
  ['can-read-variable', 'See variables'],
  ['can-update-variable', 'Change variables'],
  ['can-read-state-outputs', 'See outputs'],
  ['can-read-state-versions', 'Read states, secrets too'],
  ['can-create-state-versions', 'Write and roll back states'],
  ['can-lock', 'Lock'],
  ['can-force-unlock', 'Take away the lock of others'],
  ['can-update', 'Change settings'],
  ['can-destroy', 'Delete the workspace'],
]

export function OwnRights({ workspace }: { workspace: WorkspaceRow }) {
  const { permissions } = workspace.attributes
  return (
    <Section title="What you may do here" isRuled>
      <ul className={styles.rights}>
        {WORDS.map(([flag, words]) => (
          <li key={flag} data-off={!permissions[flag] || undefined}>
            <Icon name={permissions[flag] ? 'check' : 'close'} size={14} label={permissions[flag] ? 'You may' : 'You may not'} />
            {words}
          </li>
        ))}
      </ul>
    </Section>
  )
}
