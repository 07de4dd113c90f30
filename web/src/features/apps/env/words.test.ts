import { expect, test } from 'vitest'
import { differenceWords } from './words'

const one = { name: 'A', process: '', 'is-private': false, 'managed-by': '', 'value-before': null, value: null, 'alias-of-before': null, 'alias-of': null }

test.each([
  [{ difference: 'set', value: 'debug' }, 'set to debug'],
  [{ difference: 'set', value: '' }, 'set to nothing'],
  [{ difference: 'set', 'is-private': true }, 'set, private'],
  [{ difference: 'changed', 'value-before': 'info', value: 'debug' }, 'from info to debug'],
  [{ difference: 'changed', 'value-before': 'x', 'alias-of': 'B' }, 'from x to that of B'],
  [{ difference: 'changed', 'value-before': 'x', value: 'x' }, 'kept by somebody else'],
  [{ difference: 'changed' }, 'changed'],
  [{ difference: 'unset', 'value-before': 'x' }, 'unset, was x'],
  [{ difference: 'unset', 'is-private': true }, 'unset'],
] as const)('a change is told: %j', (said, words) => {
  expect(differenceWords({ ...one, ...said })).toBe(words)
})
