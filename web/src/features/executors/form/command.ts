// The form of an executor as a command; pure.
import { command, quoted } from '@/lib/shell'
import { settingsOf, type Values } from './values'

/** `names` are integrations and projects by id. `before` is null for a new one. */
export function commandOf(before: Values | null, values: Values, names: ReadonlyMap<string, string>): string {
  const has = (...keys: readonly (keyof Values)[]) => !before || keys.some((key) => JSON.stringify(before[key]) !== JSON.stringify(values[key]))
  const named = (id: string) => quoted(names.get(id) ?? id)
  const text = (flag: string, key: 'name' | 'directory' | 'description' | 'engine-version') => has(key) && values[key].trim() !== '' && `--${flag} ${quoted(values[key].trim())}`
  const start = before ? `slipway executor update ${quoted(before.name)}` : `slipway executor create ${quoted(values.name.trim() || 'NAME')}`
  return command(
    start,
    before ? text('name', 'name') : `--source-code ${quoted(values['source-code'] || 'SOURCE-CODE')}`,
    has('kind', 'ref') && `--${values.kind} ${quoted(values.ref.trim() || 'REF')}`,
    !before && text('directory', 'directory'),
    !before && values.project && `--project ${named(values.project)}`,
    !before && values.engine !== 'opentofu' && `--engine ${values.engine}`,
    text('engine-version', 'engine-version'),
    ...inputs(before, values),
    ...(has('integrations') ? values.integrations.map((id) => `--integration ${named(id)}`) : []),
    text('description', 'description'),
    ...(has('labels') ? values.labels.map((label) => `--label ${quoted(label)}`) : []),
    (before ? has('operation') : values.operation !== 'plan-and-apply') && `--operation ${values.operation}`,
    ...lines('target', has('target-addrs') ? values['target-addrs'] : ''),
    ...lines('replace', has('replace-addrs') ? values['replace-addrs'] : ''),
    before ? has('auto') && `--auto-apply ${values.auto}` : values.auto && '--auto-apply',
  )
}

function inputs(before: Values | null, values: Values): readonly string[] {
  const known = new Map((before ? settingsOf(before) : []).map((one) => [`${one.category} ${one.key}`, JSON.stringify(one)]))
  const now = settingsOf(values)
  const set = now
    .filter((one) => known.get(`${one.category} ${one.key}`) !== JSON.stringify(one))
    .map(({ key, value, category, hcl, sensitive }) => {
      const isEnvironment = category === 'env'
      if (sensitive) return `--secret${isEnvironment ? '-env' : ''} ${quoted(key ?? '')}`
      return `--${isEnvironment ? 'env' : hcl ? 'hcl' : 'var'} ${quoted(`${key}=${value ?? ''}`)}`
    })
  const left = new Set(now.map(({ category, key }) => `${category} ${key}`))
  const gone = [...known.keys()].filter((key) => !left.has(key)).map((key) => `--unset ${quoted(key.slice(key.indexOf(' ') + 1))}`)
  return [...set, ...gone]
}

function lines(flag: string, text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => `--${flag} ${quoted(line)}`)
}
