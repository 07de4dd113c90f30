// What stands in Markdown and is no markup: entities, addresses, names of languages; pure.
import type { Language } from '@/lib/highlight'

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', copy: '©', mdash: '—', ndash: '–', hellip: '…' }

/** Entities as what they stand for; one that is not known stays as it is. */
export function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal?: string, hexadecimal?: string, name?: string) => {
    if (name) return ENTITIES[name.toLowerCase()] ?? whole
    const point = decimal ? Number(decimal) : Number.parseInt(hexadecimal ?? '', 16)
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole
  })
}

/** The address, if it is one of a page or of mail; null for scripts, files, and what is relative to nothing. */
export function addressIn(text: string): string | null {
  if (!URL.canParse(text)) return null
  const { protocol, href } = new URL(text)
  return ['http:', 'https:', 'mailto:'].includes(protocol) ? href : null
}

const HCL = new Set(['hcl', 'tf', 'terraform', 'tofu', 'opentofu'])

export function languageOf(word: string | undefined): Language {
  const name = word?.split(/\s/)[0]?.toLowerCase() ?? ''
  if (HCL.has(name)) return 'hcl'
  return name === 'json' ? 'json' : 'text'
}
