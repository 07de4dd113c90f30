// Approval rules in words, as a form holds them and as commands; pure.
import type { Schema } from '@/api/query'
import { counted } from '@/lib/numbers'
import { projectIn, type Rule } from './queries'

type Operation = Schema<'ApprovalOperation'>

/** For which changes a rule counts. */
export const OPERATIONS = {
  all: { title: 'Every change', operations: ['plan-and-apply', 'destroy'] },
  'plan-and-apply': { title: 'Changes that do not destroy everything', operations: ['plan-and-apply'] },
  destroy: { title: 'Destroying everything', operations: ['destroy'] },
} as const satisfies Readonly<Record<string, { title: string; operations: readonly Operation[] }>>

export type OperationChoice = keyof typeof OPERATIONS

/** By the API's names, so that its errors find their fields. */
export interface Values {
  readonly name: string
  /** Its id; empty for the whole organization. Cannot be changed later. */
  readonly project: string
  /** Its key; empty for everything. */
  readonly template: string
  /** `stage=production`. */
  readonly tags: readonly string[]
  readonly operations: OperationChoice
  readonly approvals: string
  /** Ids. */
  readonly teams: readonly string[]
  readonly 'own-approval-counts': boolean
}

/** What a form begins with. */
export function valuesOf(rule: Rule | null, project: string): Values {
  const known = rule?.attributes
  return {
    name: known?.name ?? '',
    project: rule ? projectIn(rule) : project,
    template: known?.template ?? '',
    tags: (known?.tags ?? []).map(({ key, value }) => (value ? `${key}=${value}` : key)),
    operations: choiceOf(known?.operations ?? OPERATIONS.all.operations),
    approvals: String(known?.approvals ?? 1),
    teams: known?.teams ?? [],
    'own-approval-counts': known?.['own-approval-counts'] ?? false,
  }
}

export function choiceOf(operations: readonly Operation[]): OperationChoice {
  const [first] = operations
  return operations.length === 1 && first ? first : 'all'
}

/** What differs, to be sent; everything for a new one. */
export function settingsOf(before: Values | null, values: Values): Schema<'ApprovalRuleSettings'> {
  const has = (name: keyof Values) => !before || JSON.stringify(before[name]) !== JSON.stringify(values[name])
  return {
    ...(has('name') && { name: values.name.trim() }),
    ...(has('template') && { template: values.template.trim() }),
    ...(has('tags') && { tags: values.tags.map(tagOf) }),
    ...(has('operations') && { operations: [...OPERATIONS[values.operations].operations] }),
    ...(has('approvals') && { approvals: Number(values.approvals) }),
    ...(has('teams') && { teams: [...values.teams] }),
    ...(has('own-approval-counts') && { 'own-approval-counts': values['own-approval-counts'] }),
  }
}

function tagOf(word: string): { key: string; value: string | null } {
  const [, key = word, value] = /^([^=]*)=(.*)$/s.exec(word) ?? []
  return { key, value: value ?? null }
}

/** What can be said without asking: the number alone is typed as text. */
export function problemsOf({ approvals }: Values): Partial<Record<keyof Values, string>> {
  const number = Number(approvals)
  return Number.isInteger(number) && number >= 1 && number <= 20 ? {} : { approvals: 'Between 1 and 20 people.' }
}

/** Names by id, for what the API knows by id. */
export type Names = ReadonlyMap<string, string>

/** The same from a terminal; `names` are those of teams and projects. */
export function commandOf(rule: Rule | null, values: Values, names: Names): string {
  const before = rule && valuesOf(rule, '')
  const has = (name: keyof Values) => JSON.stringify((before ?? DEFAULTS)[name]) !== JSON.stringify(values[name])
  const named = (id: string) => quoted(names.get(id) ?? id)
  return [
    'slipway approval-rule',
    rule ? `update ${quoted(rule.attributes.name)}` : `create ${quoted(values.name.trim() || 'NAME')}`,
    rule && has('name') && `--name ${quoted(values.name.trim())}`,
    !rule && values.project && `--in-project ${named(values.project)}`,
    has('template') && `--template ${quoted(values.template.trim())}`,
    ...(has('tags') ? (values.tags.length > 0 ? values.tags.map((tag) => `--tag ${quoted(tag)}`) : ['--no-tags']) : []),
    ...(has('operations') ? OPERATIONS[values.operations].operations.map((operation) => `--operation ${operation}`) : []),
    has('approvals') && `--approvals ${quoted(values.approvals)}`,
    ...(has('teams') ? (values.teams.length > 0 ? values.teams.map((team) => `--team ${named(team)}`) : ['--no-teams']) : []),
    has('own-approval-counts') && `--own-approval-counts ${values['own-approval-counts']}`,
  ]
    .filter(Boolean)
    .join(' ')
}

const DEFAULTS = valuesOf(null, '')

export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** Whose yes it takes: `2 approvals of platform or leads`. */
export function approversOf({ approvals, teams }: Schema<'ApprovalRule'>, names: Names): string {
  const people = counted(approvals, 'approval')
  if (teams.length === 0) return people
  return `${people} of ${teams.map((team) => names.get(team) ?? 'a team that you do not see').join(' or ')}`
}
