// Where a version can go from where it is published; pure.
import type { Schema } from '@/api/query'
import type { IconName } from '@/ui/icon'

type Lifecycle = Schema<'Lifecycle'>

export interface Step {
  readonly to: Lifecycle
  readonly verb: string
  readonly icon: IconName
}

const STEPS: Readonly<Record<Lifecycle, readonly Step[]>> = {
  preview: [
    { to: 'active', verb: 'Activate', icon: 'ok' },
    { to: 'archived', verb: 'Archive', icon: 'never' },
  ],
  active: [{ to: 'deprecated', verb: 'Deprecate', icon: 'warning' }],
  deprecated: [
    { to: 'active', verb: 'Activate again', icon: 'ok' },
    { to: 'archived', verb: 'Archive', icon: 'never' },
  ],
  archived: [{ to: 'deprecated', verb: 'Restore', icon: 'undo' }],
}

/** The likeliest first. */
export function stepsFrom(lifecycle: Lifecycle): readonly Step[] {
  return STEPS[lifecycle]
}
