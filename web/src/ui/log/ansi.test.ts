// Terminal colours as classes.
import { describe, expect, test } from 'vitest'
import { piecesOf, visibleText } from './ansi'

const ESC = '\u001b'
const read = (line: string) => piecesOf(line).map(({ text, look }) => (look === '' ? text : [text, look]))

describe('looks', () => {
  test('the sixteen colours and what they are combined with', () => {
    expect(read(`${ESC}[31mred${ESC}[0m plain ${ESC}[1;92mbold green${ESC}[22m green${ESC}[39m.`)).toEqual([
      ['red', 'red'],
      ' plain ',
      ['bold green', 'green bold'],
      [' green', 'green'],
      '.',
    ])
  })

  test('256 and true colours come to the nearest readable one', () => {
    expect(read(`${ESC}[38;5;196mr${ESC}[38;5;46mg${ESC}[38;5;21mb${ESC}[38;2;255;180;0my${ESC}[38;5;240mgrey${ESC}[38;5;255mlight`)).toEqual([
      ['r', 'red'],
      ['g', 'green'],
      ['b', 'blue'],
      ['y', 'yellow'],
      ['grey', 'white'],
      'light',
    ])
  })

  test('backgrounds and reversed colours', () => {
    expect(read(`${ESC}[41mbad${ESC}[49m${ESC}[7;32mturned`)).toEqual([
      ['bad', 'on-red'],
      ['turned', 'on-green'],
    ])
  })

  test('no parameter is a reset', () => {
    expect(read(`${ESC}[4mline${ESC}[mend`)).toEqual([['line', 'underlined'], 'end'])
  })
})

test('what is not a colour is left out', () => {
  expect(visibleText(`${ESC}[2K${ESC}[1Aa${ESC}]8;;https://example.com\u0007link${ESC}]8;;\u0007\r${ESC}[?25lb`)).toBe('alinkb')
  expect(read(`${ESC}[2Ka${ESC}(b`)).toEqual(['a', '(b'])
})

test('markup of a program stays text', () => {
  expect(read('<b>not bold</b> & "quoted"')).toEqual(['<b>not bold</b> & "quoted"'])
})

test('an escape that never ends breaks nothing', () => {
  expect(visibleText(`text ${ESC}[38;5`)).toContain('text')
  expect(visibleText(`${ESC}]0;title`)).toBe('')
})
