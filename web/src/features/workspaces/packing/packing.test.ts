// What the browser packs, as `tar` sees it.
import { File as NodeFile } from 'node:buffer'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { packed } from '@/lib/packing/files'
import { folderOf } from './folder'
import { ignoreRules } from './rules'

describe('.terraformignore', () => {
  // The file and the expectations of go-slug's own test, as the command line's rules are tested with.
  const written = `# comments are ignored
 # extra spaces are irrelevant
   baz.txt

terraform.d/
!/terraform.d/
**/foo/bar.tf
foo/*.md
bar/something-[a-z].txt
boop.txt
!/boop.txt
`
  test.each([
    ['included.txt', false],
    ['.terraform/foo/bar', true],
    ['.terraform/modules/modules.json', false],
    ['.git/config', true],
    ['.gitignore', false],
    ['baz.txt', true],
    ['parent/foo/baz.txt', true],
    ['parent/foo/bar.tf', true],
    ['parent/bar/bar.tf', false],
    ['something/with-baz.txt', false],
    ['something/baz.x', false],
    ['foo/ignored-doc.md', true],
    ['bar/something-a.txt', true],
    ['some-module/terraform.d/x', true],
    ['terraform.d/foo', false],
    ['baz/boop.txt', true],
    ['boop.txt', false],
  ])('%s stays out: %s', (path, isOut) => {
    expect(ignoreRules(written)(path)).toBe(isOut)
  })

  test('leaves out what is below an excluded directory, unless a line brings it back', () => {
    const isOut = ignoreRules('secrets\n!secrets/readme.md\n')
    expect(isOut('secrets/key.pem')).toBe(true)
    expect(isOut('secrets/readme.md')).toBe(false)
  })

  test('names the line that is no pattern', () => {
    expect(() => ignoreRules('ok\n\nbad[a-\n')).toThrow('.terraformignore line 3: "bad[a-" is not a valid pattern.')
  })
})

describe('the archive', () => {
  let place = ''
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'archive-'))
  })
  afterEach(() => rmSync(place, { recursive: true }))

  // jsdom's own files cannot be streamed; browsers' and Node's can.
  const file = (path: string, text: string) => ({ path, file: new NodeFile([text], path) as unknown as File })
  const long = `${'d'.repeat(120)}/${'e'.repeat(60)}/file.txt`
  const longest = `${'d'.repeat(120)}/${'f'.repeat(200)}.txt`

  test('is what tar lists and unpacks, with long names and every length', async () => {
    const texts = new Map([
      ['main.tf', 'terraform {}\n'],
      ['modules/network/main.tf', 'x'.repeat(512)],
      ['modules/name/größe.tf', 'ä'.repeat(300)],
      ['empty.tf', ''],
      [long, 'long'],
      [longest, 'longest'],
      ['.terraform/providers/big', 'stays out'],
    ])
    const folder = await folderOf('hello', [...texts].map(([path, text]) => file(path, text)))
    expect(folder).toMatchObject({ ignored: 1, hasConfiguration: true })

    const archive = join(place, 'archive.tar.gz')
    writeFileSync(archive, new Uint8Array(await (await packed(folder.files)).arrayBuffer()))
    const listed = execFileSync('tar', ['--quoting-style=literal', '-tzf', archive], { encoding: 'utf8' }).trim().split('\n')
    texts.delete('.terraform/providers/big')
    expect(listed).toEqual([...texts.keys()].sort())

    execFileSync('tar', ['-xzf', archive, '-C', place])
    for (const [path, text] of texts) expect(readFileSync(join(place, path), 'utf8')).toBe(text)
    expect(statSync(join(place, 'main.tf')).mode & 0o777).toBe(0o644)
  })

  test('is the same for the same files in any order', async () => {
    const files = [file('b.tf', 'b'), file('a.tf', 'a')]
    const one = await packed((await folderOf('', files)).files)
    const other = await packed((await folderOf('', files.toReversed())).files)
    expect(new Uint8Array(await one.arrayBuffer())).toEqual(new Uint8Array(await other.arrayBuffer()))
  })

  test('looks for the configuration where runs start', async () => {
    const files = [file('live/main.tf', ''), file('readme.md', '')]
    expect((await folderOf('', files)).hasConfiguration).toBe(false)
    expect((await folderOf('', files, 'live')).hasConfiguration).toBe(true)
  })
})
