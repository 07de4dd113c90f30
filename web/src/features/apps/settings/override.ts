// What an app has in place of its plan's amounts; pure.
import type { Schema } from '@/api/query'

export interface Override {
  /** In MiB; empty for the plan's, as the others. 0 is as much as there is. */
  readonly memory: string
  /** In processors. */
  readonly processor: string
  /** How much more of a processor while others leave it. */
  readonly burst: string
}

const MEBIBYTE = 1_048_576

export function overrideOf(said: Schema<'AppPlanOverride'> | undefined): Override {
  const shown = (value: number | null | undefined, of: number) => (typeof value === 'number' ? String(value / of) : '')
  return { memory: shown(said?.memory, MEBIBYTE), processor: shown(said?.processor, 1_000), burst: shown(said?.burst, 100) }
}

/** As the API takes it, as a whole. */
export function overrideFor({ memory, processor, burst }: Override): Schema<'AppPlanOverride'> {
  const of = (text: string, times: number) => Math.round(Number(text) * times)
  return {
    ...(memory.trim() && { memory: of(memory, MEBIBYTE) }),
    ...(processor.trim() && { processor: of(processor, 1_000) }),
    ...(burst.trim() && { burst: of(burst, 100) }),
  }
}

export function overrideProblems({ memory, processor, burst }: Override): Partial<Record<keyof Override, string>> {
  const isWrong = (text: string, least: number) => text.trim() !== '' && !(Number(text) >= least)
  return {
    ...(isWrong(memory, 0) && { memory: "Write a number of MiB, or nothing for the plan's." }),
    ...(isWrong(processor, 0) && { processor: "Write a number, as 0.5, or nothing for the plan's." }),
    ...(isWrong(burst, 1) && { burst: "Write 1 or more, as 1.5, or nothing for the plan's." }),
  }
}

export const isSameOverride = (one: Override, other: Override) => JSON.stringify(overrideFor(one)) === JSON.stringify(overrideFor(other))

/** Flags of `slipway app update`. */
export function overrideFlags(before: Override, after: Override): readonly (string | false)[] {
  if (isSameOverride(before, after)) return []
  const isLess = (['memory', 'processor'] as const).some((name) => before[name] !== '' && after[name].trim() === '')
  return [isLess && '--as-planned', after.memory.trim() !== '' && `--memory ${after.memory.trim()}MiB`, after.processor.trim() !== '' && `--processor ${after.processor.trim()}`]
}
