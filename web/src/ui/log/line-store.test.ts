// What of a log is kept.
import { describe, expect, test } from 'vitest'
import { LineStore } from './line-store'

describe('a log that grows', () => {
  test('goes on in its last line', () => {
    const store = new LineStore()
    store.put(1, ['one', 'tw'])
    store.append(2, 'o\nthree\nfo')
    store.append(4, 'ur\n')
    store.append(5, 'five')
    expect([1, 2, 3, 4, 5].map((number) => store.line(number))).toEqual(['one', 'two', 'three', 'four', 'five'])
    expect(store.total).toBe(5)
  })

  test('does not invent the beginning of a line that was not read', () => {
    const store = new LineStore()
    store.total = 10
    store.append(10, 'end of it\neleven')
    expect(store.line(10)).toBeUndefined()
    expect(store.line(11)).toBe('eleven')
    expect(store.missing(1, 11)).toEqual([1, 10])
  })
})

test('says what is missing, and nothing beyond the end', () => {
  const store = new LineStore()
  store.total = 1_000
  store.put(400, ['a', 'b', 'c'])
  expect(store.missing(401, 402)).toBeNull()
  expect(store.missing(398, 405)).toEqual([398, 405])
  expect(store.missing(990, 1_200)).toEqual([990, 1_000])
})

test('forgets what was looked at long ago', () => {
  const store = new LineStore()
  store.put(1, ['first'])
  for (let chunk = 1; chunk < 200; chunk++) store.put(chunk * 500 + 1, ['line'])
  expect(store.line(1)).toBeUndefined()
  expect(store.line(199 * 500 + 1)).toBe('line')
})
