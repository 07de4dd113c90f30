// What the questions about several workspaces have in common.
import { counted } from '@/lib/numbers'
import { Command } from '@/ui/command'
import type { WorkspaceRow } from '../queries'

/** What every question needs: about what, and how it is done then. */
export interface QuestionProps {
  rows: readonly WorkspaceRow[]
  isOpen: boolean
  onClose: () => void
  onAct: (verb: string, one: (row: WorkspaceRow) => Promise<unknown>) => Promise<void>
}

/** "shop-prod-cdn" or "3 workspaces". */
export function named(rows: readonly WorkspaceRow[]): string {
  return rows.length === 1 ? (rows[0]?.attributes.name ?? '') : counted(rows.length, 'workspace')
}

/** The command for the first of them. */
export function FirstCommand({ rows, of }: { rows: readonly WorkspaceRow[]; of: (name: string) => string }) {
  const [first] = rows
  return first ? <Command text={of(first.attributes.name)} /> : null
}
