import { describe, expect, test } from 'vitest'
import { age, duration, shortAge, stopwatch } from './time'

const NOW = Date.parse('2026-03-10T12:00:00Z')
const before = (seconds: number) => NOW - seconds * 1_000

describe('time', () => {
  test('is relative for a week, and a date after that', () => {
    const ages = [2, 20, 240, 7_200, 3 * 86_400, 8 * 86_400, 400 * 86_400].map((seconds) => age(before(seconds), NOW))
    expect(ages).toEqual(['just now', '20 s ago', '4 min ago', '2 h ago', '3 d ago', 'on 2 Mar', 'on 3 Feb 2025'])
    expect(shortAge(before(-7_200), NOW)).toBe('in 2 h')
  })

  test('lasts in words and as a clock', () => {
    expect([40, 18_200, 247_000, 3_720_000, 273_600_000].map(duration)).toEqual(['0.04 s', '18.2 s', '4 min 07 s', '1 h 02 min', '3 d 4 h'])
    expect([8_000, 247_000, 3_731_000].map(stopwatch)).toEqual(['0:08', '4:07', '1:02:11'])
  })
})
