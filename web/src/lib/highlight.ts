// Colours for code, cheaply: what strings, keywords, numbers and comments are in HCL and JSON. It parses nothing.

export type Language = 'hcl' | 'json' | 'text'

export interface Token {
  readonly kind: 'plain' | 'string' | 'keyword' | 'number' | 'comment' | 'name'
  readonly text: string
}

const HCL =
  /(?<comment>#.*|\/\/.*|\/\*[\s\S]*?(?:\*\/|$))|(?<string>"(?:[^"\\\n]|\\.)*"?)|(?<keyword>\b(?:resource|data|module|variable|output|locals|provider|terraform|moved|import|removed|check|for_each|for|in|if|else|true|false|null|dynamic|lifecycle|backend|cloud|required_providers)\b)|(?<number>\b\d+(?:\.\d+)?\b)/g
const JSON_TOKENS = /(?<name>"(?:[^"\\\n]|\\.)*"(?=\s*:))|(?<string>"(?:[^"\\\n]|\\.)*"?)|(?<keyword>\b(?:true|false|null)\b)|(?<number>-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)/g

/** The tokens of `code`, whose texts joined are `code`. */
export function highlight(code: string, language: Language): readonly Token[] {
  if (language === 'text') return [{ kind: 'plain', text: code }]
  const tokens: Token[] = []
  let end = 0
  for (const match of code.matchAll(language === 'json' ? JSON_TOKENS : HCL)) {
    if (match.index > end) tokens.push({ kind: 'plain', text: code.slice(end, match.index) })
    const kind = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)?.[0] ?? 'plain'
    tokens.push({ kind: kind as Token['kind'], text: match[0] })
    end = match.index + match[0].length
  }
  if (end < code.length) tokens.push({ kind: 'plain', text: code.slice(end) })
  return tokens
}
