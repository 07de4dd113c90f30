// The API's words for a log by lines, which begin at 1.
import type { Schema } from '@/api/query'

/** Some lines that follow each other. */
export type LogLines = Schema<'LogLines'>
/** Lines with a text. */
export type LogMatches = Schema<'LogMatches'>

/** What the stream adds, as the data of `log`: a text that begins in `line`. */
export interface LogAddition {
  readonly line: number
  readonly text: string
}
