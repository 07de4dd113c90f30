// Addresses of resources, taken apart: `module.network.module.subnet["a"].data.aws_vpc.main`.

export interface AddressParts {
  /** `module.network.module.subnet`, empty for the top. */
  readonly module: string
  readonly type: string
  readonly name: string
  /** A data source: read, not managed. */
  readonly isData: boolean
}

/** The parts of an address. Keys of modules may hold anything, dots and brackets too. */
export function partsOf(address: string): AddressParts {
  const parts = split(address)
  let at = 0
  while (parts[at] === 'module' && at + 1 < parts.length) at += 2
  const isData = parts[at] === 'data'
  const rest = parts.slice(isData ? at + 1 : at)
  return { module: parts.slice(0, at).join('.'), type: rest[0] ?? address, name: rest.slice(1).join('.'), isData }
}

/** At dots that are not inside brackets. */
function split(address: string): string[] {
  const parts: string[] = []
  let current = ''
  let isQuoted = false
  let depth = 0
  for (const [at, sign] of [...address].entries()) {
    if (sign === '"' && address.charAt(at - 1) !== '\\') isQuoted = !isQuoted
    if (!isQuoted && sign === '[') depth += 1
    if (!isQuoted && sign === ']') depth -= 1
    if (sign === '.' && depth === 0 && !isQuoted) {
      parts.push(current)
      current = ''
    } else current += sign
  }
  return [...parts, current]
}
