// Outputs and the variables that apps are given them as; pure.

/** Outputs with their variables; null where a line is none. */
export function parsedNames(text: string): Readonly<Record<string, string>> | null {
  const pairs = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => /^([^=\s]+)\s*=\s*([A-Za-z_]\w*)$/.exec(line))
  if (pairs.includes(null)) return null
  return Object.fromEntries(pairs.flatMap((pair) => (pair ? [[pair[1] ?? '', pair[2] ?? '']] : [])))
}

/** The same as text again. */
export function namesText(names: Readonly<Record<string, string>>): string {
  return Object.entries(names)
    .map(([output, variable]) => `${output}=${variable}`)
    .join('\n')
}
