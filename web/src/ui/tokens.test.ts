// The contrast that tokens.css promises, computed.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const text = readFileSync(join(process.cwd(), 'src/ui/tokens.css'), 'utf8')
const [, light = '', dark = ''] = text.split(/:root,\s|\[data-mantine-color-scheme="dark"\],\s/)
const keys = (block: string) => Object.fromEntries([...block.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name, value]))
const themes = { light: keys(light), dark: keys(dark.split('@media')[0] ?? '') } as Record<string, Record<string, string>>

const SURFACES = ['page', 'side', 'surface', 'raised', 'sunken', 'hover', 'active', 'selected']
const TEXTS = ['text-1', 'text-2', 'text-3', 'accent-fg', 'success-fg', 'warning-fg', 'danger-fg', 'info-fg', 'neutral-fg']

function luminance(theme: string, name: string): number {
  const value = themes[theme]?.[`--${name}`] ?? ''
  const [, alias] = /^var\(--([\w-]+)\)$/.exec(value) ?? []
  if (alias) return luminance(theme, alias)
  const channels = [1, 3, 5].map((at) => Number.parseInt(value.slice(at, at + 2), 16) / 255)
  const [red = 0, green = 0, blue = 0] = channels.map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(theme: string, one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(theme, one), luminance(theme, other)].sort((left, right) => right - left)
  return (lighter + 0.05) / (darker + 0.05)
}

describe.each(['light', 'dark'])('%s', (theme) => {
  test('has every key of the other', () => {
    expect(Object.keys(themes['dark'] ?? {}).sort()).toEqual(Object.keys(themes['light'] ?? {}).sort())
  })

  test('text is readable wherever it stands', () => {
    const low = TEXTS.flatMap((one) => SURFACES.filter((other) => !(contrast(theme, one, other) >= 4.5)).map((other) => `${one} on ${other}`))
    const own = ['accent', 'success', 'warning', 'danger', 'info', 'neutral'].filter((one) => !(contrast(theme, `${one}-fg`, `${one}-bg`) >= 4.5))
    expect([...low, ...own]).toEqual([])
    expect(contrast(theme, 'on-accent', 'accent-solid')).toBeGreaterThanOrEqual(4.5)
    expect(contrast(theme, 'tip-fg', 'tip-bg')).toBeGreaterThanOrEqual(4.5)
  })

  test('the frames of inputs and the focus are seen', () => {
    const low = ['line-3', 'focus'].flatMap((one) => ['page', 'surface', 'raised', 'sunken'].filter((other) => !(contrast(theme, one, other) >= 3)).map((other) => `${one} on ${other}`))
    expect(low).toEqual([])
  })
})
