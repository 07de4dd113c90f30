// Triggers in words; pure.
import type { Schema } from '@/api/query'

export const EVENTS: Readonly<Record<Schema<'TriggerEvent'>, string>> = {
  push: 'Push',
  'pull-request': 'Pull request',
  comment: 'Comment',
  release: 'Release',
}

export const ACTIONS: Readonly<Record<Schema<'TriggerAction'>, string>> = {
  plan: 'Plan',
  'plan-and-apply': 'Plan and apply',
  pipeline: 'Pipeline',
}

/** What the patterns of names mean for an event. */
export const NAMES: Readonly<Record<Schema<'TriggerEvent'>, string>> = {
  push: 'Branches',
  'pull-request': 'Branches that it comes from',
  comment: 'Branches that it comes from',
  release: 'Tags',
}
