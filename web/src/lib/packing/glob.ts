// Patterns of ignore files as regular expressions.

/** `**` is anything, `*` and `?` stop at slashes, `[…]` is a class, a backslash takes the next sign as it is; null for what is none. */
export function globExpression(glob: string): RegExp | null {
  const expression = translated(glob)
  if (expression === null) return null
  try {
    return new RegExp(expression, 's')
  } catch {
    return null
  }
}

function translated(glob: string): string | null {
  let out = '^'
  for (let at = 0; at < glob.length; at += 1) {
    const sign = glob.charAt(at)
    if (sign === '*' && glob.charAt(at + 1) === '*') {
      at += glob.charAt(at + 2) === '/' ? 2 : 1
      out += at + 1 === glob.length ? '.*' : '(.*/)?'
    } else if (sign === '*') out += '[^/]*'
    else if (sign === '?') out += '[^/]'
    else if (sign === '[') {
      const end = glob.indexOf(']', at + 1)
      if (end < 0) return null
      out += signClass(glob.slice(at + 1, end))
      at = end
    } else if (sign === '\\') {
      out += escaped(glob.charAt(at + 1) || '\\')
      at += 1
    } else out += escaped(sign)
  }
  return `${out}$`
}

function signClass(inside: string): string {
  const isNegated = /^[\^!]/.test(inside)
  const signs = (isNegated ? inside.slice(1) : inside).split('').map((sign) => (sign === '-' ? '-' : escaped(sign)))
  return `[${isNegated ? '^' : ''}${signs.join('')}]`
}

function escaped(sign: string): string {
  return sign.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)
}
