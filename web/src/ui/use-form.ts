// The state of a form: what was typed is kept whatever the server says, and what it says finds its field.
import { useRef, useState } from 'react'
import { type ApiError, toApiError } from '@/api/errors'

export interface FormOptions<Values extends object, Result> {
  /** By the API's names of the fields (`terraform-version`), so that its errors find them. */
  initial: Values
  /** Does it; what it throws is shown. */
  submit: (values: Values) => Promise<Result>
  onDone?: (result: Result, values: Values) => void
  /** What can be said without the server; by field. Seldom needed. */
  check?: (values: Values) => Partial<Record<keyof Values, string>>
}

/** What an input needs: spread it, `<TextInput label="Name" {...form.field('name')} />`. */
export interface BoundField<Value> {
  readonly name: string
  readonly value: Value
  readonly onChange: (value: Value) => void
  readonly error: string | undefined
}

export interface FormState<Values extends object> {
  readonly values: Values
  readonly set: (changes: Partial<Values>) => void
  readonly field: <Name extends keyof Values & string>(name: Name) => BoundField<Values[Name]>
  /** Fields with something wrong, by name. */
  readonly problems: Readonly<Record<string, string>>
  /** What the server refused as a whole, or why it could not be asked. */
  readonly error: ApiError | null
  readonly isBusy: boolean
  readonly isChanged: boolean
  /** Submits; whether it was done. */
  readonly submit: () => Promise<boolean>
  /** Forgets what was typed; `values` are the new start. */
  readonly reset: (values?: Values) => void
}

interface Refusal {
  readonly error: ApiError | null
  readonly problems: Readonly<Record<string, string>>
}

const NOTHING: Refusal = { error: null, problems: {} }

/** The state for one `<Form>`. */
export function useForm<Values extends object, Result = unknown>(options: FormOptions<Values, Result>): FormState<Values> {
  const [start, setStart] = useState(options.initial)
  const [values, setValues] = useState(options.initial)
  const [refusal, setRefusal] = useState<Refusal>(NOTHING)
  const [isBusy, setBusy] = useState(false)
  const isRunning = useRef(false)

  const set = (changes: Partial<Values>) => {
    setValues((before) => ({ ...before, ...changes }))
    setRefusal((before) => without(before, Object.keys(changes)))
  }

  const submit = async () => {
    if (isRunning.current) return false
    const problems = (options.check?.(values) ?? {}) as Record<string, string>
    if (Object.values(problems).some(Boolean)) {
      setRefusal({ error: null, problems })
      return false
    }
    isRunning.current = true
    setBusy(true)
    setRefusal(NOTHING)
    try {
      const result = await options.submit(values)
      setStart(values)
      options.onDone?.(result, values)
      return true
    } catch (thrown) {
      const error = toApiError(thrown)
      setRefusal({ error, problems: Object.fromEntries(error.fields.map(({ field, detail }) => [field, detail])) })
      return false
    } finally {
      isRunning.current = false
      setBusy(false)
    }
  }

  return {
    values,
    set,
    field: (name) => ({
      name,
      value: values[name],
      onChange: (value) => set({ [name]: value } as unknown as Partial<Values>),
      error: refusal.problems[name],
    }),
    ...refusal,
    isBusy,
    isChanged: JSON.stringify(values) !== JSON.stringify(start),
    submit,
    reset: (next = start) => {
      setStart(next)
      setValues(next)
      setRefusal(NOTHING)
    },
  }
}

/** What is changed is not wrong any more, as far as anybody knows; nor is what is within it, `parents/0/minimum`. */
function without(refusal: Refusal, names: readonly string[]): Refusal {
  const kept = Object.entries(refusal.problems).filter(([name]) => !names.includes(name.split('/')[0] ?? name))
  if (kept.length === Object.keys(refusal.problems).length) return refusal
  return { error: kept.length === 0 ? null : refusal.error, problems: Object.fromEntries(kept) }
}
