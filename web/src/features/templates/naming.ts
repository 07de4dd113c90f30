// How resources would be called by a pattern with placeholders, `{project}-{environment}-db`; pure. What is wrong with a
// pattern is for the server to say.

/** A part of a name: as it stands there, or in place of a word in braces. */
export interface NamePart {
  readonly text: string
  /** The word that it stands for; null for what is written out. */
  readonly word: string | null
}

/** What is always known; other words come from variables, outputs of what it stands on, and settings. */
const SAMPLES: Readonly<Record<string, string>> = { project: 'shop', environment: 'prod', region: 'eu-west', tier: 'data' }

/** An example of a name; null while the pattern has a brace without its other, or no placeholder. */
export function exampleOf(pattern: string, known: { organization: string; template: string }): readonly NamePart[] | null {
  const parts = [...pattern.matchAll(/\{([\w-]*)\}|([^{}]+|[{}])/g)].map(([, word, text = '']): NamePart => {
    if (word === undefined) return { text, word: null }
    return { text: known[word as keyof typeof known] || SAMPLES[word] || word, word }
  })
  const isWhole = parts.every(({ text, word }) => (word === null ? !/[{}]/.test(text) : word !== ''))
  return isWhole && parts.some(({ word }) => word !== null) ? parts : null
}

/** Words of a pattern that have to come from a variable, an output or a setting, each once. */
export function wordsFromElsewhere(parts: readonly NamePart[]): readonly string[] {
  const words = parts.flatMap(({ word }) => (word === null || ['organization', 'project', 'template'].includes(word) ? [] : [word]))
  return [...new Set(words)]
}
