// What a version breaks for whoever takes it: the words of who published it, or what was computed.
import type { Schema } from '@/api/query'
import { Alert } from './alert'
import { Link } from './link'
import { Markdown } from './markdown'

/** The others are on the version's page. */
const MOST_NOTES = 5

interface BreakingChangesProps {
  version: Pick<Schema<'SourceCodeVersion'>, 'breaking-changes' | 'notes' | 'ref'>
  /** Its page. */
  to: string
}

/** Nothing where nothing breaks. */
export function BreakingChanges({ version: { 'breaking-changes': text, notes, ref }, to }: BreakingChangesProps) {
  const breaking = notes.filter(({ weight }) => weight === 'breaking')
  if (!text && breaking.length === 0) return null
  return (
    <Alert tone="warning" title={`${ref} breaks something`} action={<Link to={to}>Its notes</Link>}>
      <Markdown text={text ?? breaking.slice(0, MOST_NOTES).map(({ sentence }) => `- ${sentence}`).join('\n')} />
    </Alert>
  )
}
