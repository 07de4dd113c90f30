// How the kinds of changes are shown: the words of the console's one list, with verbs for sentences.
import { statuses, type StatusLook, statusLook } from '@/ui/status-list'
import type { ChangeKind, PlannedAction } from './wire'

/** Icon, colour and word of a kind. */
export function kindLook(kind: ChangeKind): StatusLook {
  return kind === 'unknown' ? { word: 'Unknown', icon: 'help', tone: 'warning' } : statusLook('change', kind)
}

/** `destroy`, `change`: after a number. */
export function kindVerb(kind: ChangeKind): string {
  return kind === 'no-op' ? 'unchanged' : kindLook(kind).word.toLowerCase()
}

/** Which way of replacing, where it matters. */
export function actionWords(action: PlannedAction): string {
  switch (action) {
    case 'delete':
      return 'destroy'
    case 'delete-then-create':
      return 'destroy, then create'
    case 'create-then-delete':
      return 'create, then destroy'
    case 'forget-then-create':
      return 'forget, then create'
    case 'update':
      return statuses.change.update.word.toLowerCase()
    case 'read':
      return 'read during apply'
    case 'no-op':
      return 'unchanged'
    case 'unknown':
      return 'not known to this version'
    default:
      return action
  }
}

/** What people must see first. */
export function isRisky(kind: ChangeKind): boolean {
  return kind === 'delete' || kind === 'replace' || kind === 'unknown'
}
