// The rules of the command line, with the cases that it is tested with.
import { File as NodeFile } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import type { FolderFile } from '@/lib/packing/files'
import { sourceOf } from './folder'
import { ignoring } from './ignore'

describe('patterns decide as those of .dockerignore', () => {
  test.each([
    ['build', 'build', true],
    ['build', 'build/left-pad/index.js', true],
    ['build', 'web/build', false],
    ['**/build', 'web/build/x', true],
    ['**/build', 'build', true],
    ['*.log', 'logs/a.log', false],
    ['/target/', 'target/debug', true],
    ['./a/../b', 'b/c', true],
    ['*.md\n!README.md', 'README.md', false],
    ['!README.md\n*.md', 'README.md', true],
    ['docs\n!docs/keep.txt', 'docs/keep.txt', false],
    ['# target', 'target', false],
    ['*', 'a/b', true],
    ['?.txt', 'a.txt', true],
    ['[a-c].txt', 'd.txt', false],
    ['*.{js,ts}', 'a.ts', true],
  ])('%j and %s: %s', (rules, path, isOut) => {
    expect(ignoring('.dockerignore', rules).leavesOut(path)).toBe(isOut)
  })

  test('what is never needed stays behind until a line brings it back', () => {
    expect(ignoring('.slipwayignore', '').leavesOut('.env')).toBe(true)
    expect(ignoring('.slipwayignore', '!.env').leavesOut('.env')).toBe(false)
    expect(ignoring('.slipwayignore', '').leavesOut('web/node_modules/a.js')).toBe(true)
  })

  test('what says how the app is built always comes', () => {
    const { leavesOut } = ignoring('.dockerignore', '*')
    expect(['Dockerfile', 'Procfile', '.dockerignore', 'app.py'].map(leavesOut)).toEqual([false, false, false, true])
  })

  test('a folder is not listed when nothing of it can come back', () => {
    expect(ignoring('.slipwayignore', '').leavesOutAll('node_modules')).toBe(true)
    expect(ignoring('.slipwayignore', '!node_modules/mine').leavesOutAll('node_modules')).toBe(false)
  })

  test('a line that is no pattern is named', () => {
    expect(() => ignoring('.dockerignore', 'target\n\n[a-')).toThrow('.dockerignore line 3: "[a-" is not a pattern.')
  })
})

describe('a folder', () => {
  const file = (path: string, text = ''): FolderFile => ({ path, file: new NodeFile([text], path) as unknown as File })

  test('our own ignore file comes before that of Docker', async () => {
    const files = [file('.dockerignore', '*'), file('.slipwayignore', 'b\n'), file('a', 'four'), file('b'), file('.git/HEAD')]
    const source = await sourceOf({ name: 'shop', files })
    expect(source.files.map(({ path }) => path)).toEqual(['.dockerignore', '.slipwayignore', 'a'])
    expect(source).toMatchObject({ ignored: 2, hasDockerfile: false, bytes: 7 })
  })

  test('with nothing to send is refused', async () => {
    await expect(sourceOf({ name: 'shop', files: [file('.git/HEAD')] })).rejects.toThrow('shop has no files that are sent.')
  })
})
