// How one variable is asked for, as its form holds it and as it is sent; pure.
import type { Settings, Variable } from './queries'

/** Texts as they are typed; values of other types than text are JSON. */
export interface SettingsValues {
  readonly label: string
  readonly group: string
  readonly help: string
  readonly required: '' | 'yes' | 'no'
  readonly default: string
  /** A line each. */
  readonly options: string
  readonly frozen: boolean
  readonly unique: boolean
  readonly sensitive: boolean
  readonly restricted: readonly string[]
  readonly minimum: string
  readonly maximum: string
  readonly pattern: string
  readonly 'max-length': string
  readonly message: string
  readonly variable: string
  readonly equals: string
  readonly template: string
  readonly output: string
}

export function valuesOf(settings: Settings | null, variable: Variable): SettingsValues {
  const rules = settings?.rules
  return {
    label: settings?.label ?? '',
    group: settings?.group ?? '',
    help: settings?.help ?? '',
    required: settings?.required === true ? 'yes' : settings?.required === false ? 'no' : '',
    default: settings?.default === undefined || settings.default === null ? '' : textOf(settings.default, variable),
    options: (settings?.options ?? []).map((option) => textOf(option, variable)).join('\n'),
    frozen: settings?.frozen ?? false,
    unique: settings?.unique ?? false,
    sensitive: settings?.sensitive ?? false,
    restricted: settings?.restricted ?? [],
    minimum: rules?.minimum?.toString() ?? '',
    maximum: rules?.maximum?.toString() ?? '',
    pattern: rules?.pattern ?? '',
    'max-length': rules?.['max-length']?.toString() ?? '',
    message: rules?.message ?? '',
    variable: settings?.['shown-when']?.variable ?? '',
    equals: settings?.['shown-when'] ? JSON.stringify(settings['shown-when'].equals) : '',
    template: settings?.reference?.template ?? '',
    output: settings?.reference?.output ?? '',
  }
}

/** Null when nothing is said: it is asked for as the module says. */
export function settingsOf(values: SettingsValues, variable: Variable): Settings | null {
  const rules = withoutNothing({
    minimum: numberOf(values.minimum),
    maximum: numberOf(values.maximum),
    pattern: values.pattern || undefined,
    'max-length': numberOf(values['max-length']),
    message: values.message.trim() || undefined,
  })
  const settings = withoutNothing({
    label: values.label.trim() || undefined,
    group: values.group.trim() || undefined,
    help: values.help.trim() || undefined,
    required: values.required === '' ? undefined : values.required === 'yes',
    default: values.default === '' ? undefined : valueOf(values.default, variable.type),
    options: linesOf(values.options).map((line) => valueOf(line, variable.type)),
    frozen: values.frozen || undefined,
    unique: values.unique || undefined,
    sensitive: values.sensitive || undefined,
    restricted: values.restricted,
    rules: Object.keys(rules).length > 0 ? rules : undefined,
    'shown-when': values.variable ? { variable: values.variable, equals: valueOf(values.equals, '') } : undefined,
    reference: values.template || values.output ? { template: values.template.trim(), output: values.output.trim() } : undefined,
  })
  return Object.keys(settings).length === 0 ? null : ({ name: variable.name, ...settings } as Settings)
}

/** All settings with those of one variable replaced; a new one comes last. */
export function changed(all: readonly Settings[], name: string, settings: Settings | null): readonly Settings[] {
  if (settings === null) return all.filter((one) => one.name !== name)
  return all.some((one) => one.name === name) ? all.map((one) => (one.name === name ? settings : one)) : [...all, settings]
}

/** One of them moved by a place among those that something was said about. */
export function moved(all: readonly Settings[], name: string, by: -1 | 1): readonly Settings[] {
  const at = all.findIndex((one) => one.name === name)
  const other = all[at + by]
  const one = all[at]
  return one && other ? all.with(at, other).with(at + by, one) : all
}

/** What is not JSON is a text. */
function valueOf(text: string, type: string): unknown {
  if (type === 'string') return text
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

function textOf(value: unknown, { type }: Variable): string {
  return type === 'string' && typeof value === 'string' ? value : JSON.stringify(value)
}

const numberOf = (text: string) => (text.trim() === '' ? undefined : Number(text))
const linesOf = (text: string) => text.split('\n').filter((line) => line.trim() !== '')

function withoutNothing(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)))
}

/** Short facts about how it is asked for. */
export function facts(variable: Variable, settings: Settings | null): readonly string[] {
  const isRequired = settings?.required ?? variable.required
  const given = settings?.default !== undefined && settings.default !== null
  return [
    settings?.reference ? `from ${settings.reference.template}.${settings.reference.output}` : isRequired && !given ? 'required' : '',
    given ? `default ${textOf(settings.default, variable)}` : '',
    settings?.frozen ? 'frozen' : '',
    settings?.unique ? 'unique' : '',
    (settings?.sensitive ?? false) || variable.sensitive ? 'sensitive' : '',
    settings?.options?.length ? `one of ${settings.options.length}` : '',
    settings?.restricted?.length ? `only for ${settings.restricted.join(', ')}` : '',
    settings?.['shown-when'] ? `when ${settings['shown-when'].variable} is ${JSON.stringify(settings['shown-when'].equals)}` : '',
    settings?.rules ? 'checked' : '',
  ].filter(Boolean)
}
