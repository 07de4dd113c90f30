// `.terraformignore`: which files of a folder stay out of its archive. The same rules as the command line's: go-slug's
// language, not gitignore. A pattern without a leading slash matches at any depth, a trailing slash means everything
// below, the last line that matches wins, `!` brings back.

import { globExpression } from '@/lib/packing/glob'

const DEFAULT_LINES = ['.terraform/', '!.terraform/modules/', '.git/']

interface Rule {
  readonly pattern: RegExp
  readonly isNegated: boolean
}

/** A line that is no pattern. */
export class RulesError extends Error {
  override readonly name = 'RulesError'

  constructor(
    readonly line: number,
    readonly pattern: string,
  ) {
    super(`.terraformignore line ${line}: "${pattern}" is not a valid pattern. Correct it and choose the folder again.`)
  }
}

/** Tells whether a path (with `/`, relative to the folder) stays out. Throws [`RulesError`]. */
export function ignoreRules(text: string): (path: string) => boolean {
  const written = text.split(/\r?\n/).map((line, at) => ({ line: at + 1, text: line.trim() }))
  const lines = [...DEFAULT_LINES.map((line) => ({ line: 0, text: line })), ...written]
  const rules = lines.filter(({ text }) => text !== '' && !text.startsWith('#')).map(({ line, text }) => compiled(line, text))
  return (path) => {
    const parts = path.split('/')
    // From the outermost directory inwards: what is below an excluded directory stays out unless a line brings it back.
    return parts.reduce((isOut, _, at) => {
      const isDirectory = at < parts.length - 1
      return decided(rules, parts.slice(0, at + 1).join('/'), isDirectory) ?? isOut
    }, false)
  }
}

function decided(rules: readonly Rule[], path: string, isDirectory: boolean): boolean | null {
  const rule = rules.findLast(({ pattern }) => pattern.test(path) || (isDirectory && pattern.test(`${path}/`)))
  return rule ? !rule.isNegated : null
}

function compiled(line: number, text: string): Rule {
  const isNegated = text.startsWith('!')
  const written = isNegated ? text.slice(1).trimStart() : text
  const anywhere = written.startsWith('/') ? written.slice(1) : `**/${written}`
  if (written === '' || anywhere === '') throw new RulesError(line, text)
  const pattern = globExpression(anywhere.endsWith('/') ? `${anywhere}**` : anywhere)
  if (pattern === null) throw new RulesError(line, text)
  return { isNegated, pattern }
}
