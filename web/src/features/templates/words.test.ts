import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { readDocuments } from './apply/read'
import { createCommand } from './commands'
import { described, documentOf } from './document'
import { DATABASE, template } from './fixture'
import { exampleOf, wordsFromElsewhere } from './naming'
import { changesOf, descriptionOf, suggestedKey, valuesOf, wrongNumbers } from './values'
import { long, needOf, short } from './words'

test.each([
  [1, 1, null, '', 'exactly one'],
  [0, 1, null, '0–1', 'at most one'],
  [0, null, null, 'any', 'any number'],
  [2, null, 'backend', '2+ · one of backend', '2 or more, or another of backend'],
  [1, 1, 'backend', 'one of backend', 'exactly one, or another of backend'],
  [2, 3, null, '2–3', '2 to 3'],
  [0, 3, null, '0–3', 'at most 3'],
  [2, 2, null, '2', 'exactly 2'],
])('%s to %s of %s is “%s” on a line and “%s” in words', (minimum, maximum, group, onLine, inWords) => {
  expect([short({ minimum, maximum, group }), long({ minimum, maximum, group })]).toEqual([onLine, inWords])
})

test('what a document leaves out is exactly one', () => {
  expect(long(needOf({ template: 'x' }))).toBe('exactly one')
  expect(long(needOf({ template: 'x', minimum: 0, maximum: null }))).toBe('any number')
})

test('a naming shows what it would give, once it is whole', () => {
  const known = { organization: 'acme', template: 'database' }
  const example = (pattern: string) => exampleOf(pattern, known)?.map(({ text }) => text).join('') ?? null
  expect(example('{project}-{environment}-db')).toBe('shop-prod-db')
  expect(example('{organization}_{template}-{size}')).toBe('acme_database-size')
  expect([example('{project'), example('project}'), example('{}-db'), example('db')]).toEqual([null, null, null, null])
  expect(wordsFromElsewhere(exampleOf('{project}-{a}-{a}-{b}', known) ?? [])).toEqual(['a', 'b'])
})

test('a template survives its form unchanged, and as a file it reads back as it was', () => {
  const values = valuesOf(described(DATABASE))
  expect(changesOf(values, values)).toEqual({})
  const { status: _, ...whole } = described(DATABASE)
  expect(descriptionOf(values)).toEqual(whole)
  const text = documentOf(described(DATABASE))
  expect(text).toContain('documentation: |\n  # How\n')
  const read = readDocuments(text)
  expect(read.problems).toEqual([])
  expect(descriptionOf(valuesOf(read.documents.templates?.[0] as never))).toEqual(whole)
})

test('a file says only what is not the default', () => {
  expect(documentOf(described(template('network')))).toBe('kind: template\nkey: network\nname: The network\n')
  expect(documentOf({ key: 'a', name: 'yes', parents: [{ template: 'b', minimum: 0, maximum: null }], status: 'disabled' })).toBe(
    // Readers of older YAML, the command line's among them, take a bare yes for true.
    'kind: template\nkey: a\nname: "yes"\nstatus: disabled\nparents:\n  - template: b\n    minimum: 0\n    maximum: null\n',
  )
})

test('numbers are numbers, and keys come from names', () => {
  const values = valuesOf({ key: 'a', name: 'A', parents: [{ template: 'b' }, { template: 'c' }] })
  const [first, second] = values.parents
  if (!first || !second) throw new Error('two parents')
  expect(wrongNumbers({ ...values, parents: [{ ...first, minimum: '', maximum: '' }, { ...second, maximum: '-1' }] })).toEqual({
    'parents/0/minimum': 'A whole number, 0 or more.',
    'parents/1/maximum': 'A whole number, or nothing for any number.',
  })
  expect(suggestedKey(' PostgreSQL Datenbank (groß) ')).toBe('postgresql-datenbank-gro')
})

test('a command says all of it, or names a file', () => {
  expect(createCommand({ key: 'a', name: 'a', 'is-abstract': true, parents: [{ template: 'b' }], labels: ['x y'] })).toBe("slipway template create a --abstract --parent b --label 'x y'")
  expect(createCommand({ key: 'a', name: 'A', secrets: [{ name: 'x', source: { kind: 'given' } }] })).toBe('slipway catalog apply -f a.yaml')
})

test('JSON and several documents are read; comments alone are no document', () => {
  expect(readDocuments('{"kind": "template", "key": "a", "name": "A"}').documents).toMatchObject({ templates: [{ key: 'a', name: 'A' }] })
  expect(readDocuments('# Nothing.\n---\nkind: template\nkey: a\nname: A\n').documents.templates).toHaveLength(1)
  expect(readDocuments('  \n').problems).toEqual([{ line: null, message: 'There is no document. A document says kind: template, kind: source-code or kind: source-code-version.' }])
  expect(readDocuments('- a\n').problems[0]?.message).toContain('This is no document')
  expect(readDocuments('kind: template\nkey: a\nkey: b\n').problems).toMatchObject([{ line: 3 }])
  // As the command line does, what cannot be read is told before anything is sent.
  expect(readDocuments('kind: template\n\tkey: a\n').problems.length).toBeGreaterThan(0)
})

test('documents of every kind go to their own list, and the server counts within it', () => {
  const { documents, problems, lineOf } = readDocuments('kind: source-code\nidentifier: platform/modules\n---\nkind: template\nkey: a\nname: A\n---\nkind: source-code-version\ntemplate: a\nsource-code: modules\ntag: v1\n')
  expect(problems).toEqual([])
  expect(documents).toEqual({
    templates: [{ key: 'a', name: 'A' }],
    'source-codes': [{ identifier: 'platform/modules' }],
    versions: [{ template: 'a', 'source-code': 'modules', tag: 'v1' }],
  })
  expect([lineOf('/versions/0/tag'), lineOf('/source-codes/0/identifier'), lineOf('/templates/0/name')]).toEqual([11, 2, 6])
})

test('the line of what the server names is that of what is there of it', () => {
  const { lineOf } = readDocuments('kind: template\nkey: a\nname: A\n---\nkind: template\nkey: b\nname: B\nparents:\n  - template: x\n    minimum: 2\n')
  expect([lineOf('/templates/1/parents/0/minimum'), lineOf('/templates/1/parents/0/maximum'), lineOf('/templates/1/service'), lineOf('/templates/7/key')]).toEqual([10, 9, 5, null])
})

test('aliases do not grow without end', () => {
  const bomb = `a: &a [x, x]\n${Array.from({ length: 9 }, (_, at) => `${String.fromCodePoint(98 + at)}: &${String.fromCodePoint(98 + at)} [${Array.from({ length: 9 }, () => `*${String.fromCodePoint(97 + at)}`).join(', ')}]`).join('\n')}\n`
  expect(parseAllDocuments(bomb)).toHaveLength(1)
  expect(readDocuments(bomb).problems.length).toBeGreaterThan(0)
})
