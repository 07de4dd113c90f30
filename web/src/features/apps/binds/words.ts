// Binds in words; pure.
import type { Schema } from '@/api/query'
import { objectWord } from '@/lib/objects'
import { command, quoted } from '@/lib/shell'
import { bindFlags, type BindValues, boundTo, UNBOUND } from '@/ui/bind-fields'
import type { Bind } from './queries'

export interface Values extends BindValues {
  readonly staged: boolean
}

export const BLANK: Values = { ...UNBOUND, staged: false }

/** What the API is asked for. */
export const wanted = (values: Values): Schema<'NewAppBind'> => ({ ...boundTo(values), ...(values.staged && { staged: true }) })

/** The same from a terminal. */
export function commandOf(values: Values, app: string): string {
  const [to, ...flags] = bindFlags(values)
  return command(`slipway app bind ${quoted(app)} ${to}`, ...flags, values.staged && '--no-restart')
}

/** What it is bound to, as far as the caller may see it. */
export function originName({ attributes: { origin } }: Bind): string {
  return origin.name ?? `a ${objectWord(origin.kind)} that you may not see`
}
