// How many things use something, by their kind: `3 workspaces, 1 repository`.
import { objectWord } from '@/lib/objects'
import { counted } from '@/lib/numbers'
import { Link } from './link'
import { Text } from './text'

const PLURALS: Readonly<Record<string, string>> = { repository: 'repositories' }

interface UsedByProps {
  /** By kind, as far as the caller may see them. */
  uses: Readonly<Record<string, number>> | undefined
  /** Where they are listed. */
  to: string
  /** Each kind in words; otherwise one number. */
  isWhole?: boolean
}

export function UsedBy({ uses = {}, to, isWhole = false }: UsedByProps) {
  const kinds = Object.entries(uses).filter(([, count]) => count > 0)
  if (kinds.length === 0) return <Text level={3}>{isWhole ? 'nothing yet' : '0'}</Text>
  const text = isWhole
    ? kinds.map(([kind, count]) => counted(count, objectWord(kind), PLURALS[kind] ?? `${objectWord(kind)}s`)).join(', ')
    : String(kinds.reduce((sum, [, count]) => sum + count, 0))
  return (
    <Link to={to} look="plain">
      {text}
    </Link>
  )
}
