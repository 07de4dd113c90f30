// What the server says about a log by lines: `…/log/lines`, `…/log/search`, `…/log/stream?numbered=true`. Lines begin at 1.

/** Some lines that follow each other. */
export interface LogLines {
  readonly 'total-lines': number
  readonly 'first-line': number
  readonly lines: readonly string[]
  /** Lines so long that only their beginning is here. */
  readonly 'cut-lines': readonly number[]
  readonly offset: number
  readonly 'end-offset': number
  /** Nothing more will come. */
  readonly 'is-complete': boolean
}

/** Lines with a text. */
export interface LogMatches {
  readonly lines: readonly number[]
  readonly total: number
  readonly 'searched-lines': number
  readonly 'is-complete': boolean
}

/** What the stream adds: a text that begins in `line`. */
export interface LogAddition {
  readonly line: number
  readonly text: string
}
