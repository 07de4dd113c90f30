// The arithmetic of a long log.
import { expect, test } from 'vitest'
import { contentHeight, isBeside, lineAt, needsMore, scrollFor, windowAtEnd, windowFrom } from './line-window'

const view = (scroll: number) => ({ scroll, height: 720 })

test('the end of a million lines is drawn without the lines before', () => {
  const window = windowAtEnd(1_000_000, 720)
  expect(window.last).toBe(1_000_000)
  expect(window.last - window.first).toBeLessThan(200)
})

test('a short log is drawn as a whole', () => {
  expect(windowAtEnd(12, 720)).toEqual({ first: 1, last: 12 })
})

test('the scroll bar leads to the line it is at, and back', () => {
  const height = contentHeight(1_000_000, { first: 1, last: 100 }, { top: 0, height: 1_800 })
  expect(height).toBeLessThan(10_000_000)
  for (const line of [1, 1_234, 500_000, 999_000]) {
    const found = lineAt(view(scrollFor(line, 1_000_000, 720)), 1_000_000, height)
    expect(Math.abs(found - line)).toBeLessThan(4)
  }
})

test('more is drawn before an end of what is drawn is seen', () => {
  const window = windowFrom(500, 1_000, 720)
  const drawn = { top: 8_000, height: (window.last - window.first + 1) * 18 }
  expect(needsMore(window, drawn, 1_000, view(8_720))).toBe(false)
  expect(needsMore(window, drawn, 1_000, view(8_100))).toBe(true)
  expect(needsMore({ first: 1, last: 80 }, { top: 0, height: 1_440 }, 80, view(0))).toBe(false)
  expect(isBeside(drawn, view(100))).toBe(true)
})
