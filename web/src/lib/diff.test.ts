import { expect, test } from 'vitest'
import { diffLines } from './diff'

const written = (before: string, after: string, context?: number) =>
  diffLines(before, after, context).map((line) =>
    line === null ? '…' : `${{ same: ' ', added: '+', removed: '-' }[line.kind]}${line.parts[0]}${line.parts[1] && `[${line.parts[1]}]`}${line.parts[2]}`,
  )

test('marks what changed within a line', () => {
  expect(written('a\nversion = "15.8"\nb', 'a\nversion = "16.4"\nb')).toEqual([' a', '-version = "1[5.8]"', '+version = "1[6.4]"', ' b'])
})

test('adds and removes lines, and leaves out what is far from a change', () => {
  expect(written('a\nb\nc\nd\ne', 'a\nb\nc\nd\nx\ne', 1)).toEqual(['…', ' d', '+x', ' e'])
  expect(written('a\nb', 'b')).toEqual(['-a', ' b'])
  expect(written('same', 'same', 2)).toEqual(['…'])
})
