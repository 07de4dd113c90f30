// Filtering and grouping of the plan lens.
import { describe, expect, test } from 'vitest'
import { arrange, DEFAULT_KINDS, type Lens, linesOf, searchTexts } from './arrange'
import { PLAN } from './fixture'
import { addressOf, buffersOf, KINDS, kindOf, readIndex } from './index'

const index = readIndex(PLAN)
const lens = (changes: Partial<Lens> = {}): Lens => ({ by: 'module', text: '', kinds: DEFAULT_KINDS, type: '', ...changes })
const arranged = (changes: Partial<Lens> = {}) => arrange(index, lens(changes), () => searchTexts(index))
/** The arrangement as somebody reads it. */
const read = (changes: Partial<Lens> = {}) => {
  const { groups, rows } = arranged(changes)
  return groups.map((group) => ({
    [`${group.sort} ${group.title}`]: [...rows.subarray(group.start, group.start + group.count)].map((row) =>
      row < index.rows ? addressOf(index, row) : `output ${index.outputs[row - index.rows]?.name}`,
    ),
  }))
}

test('addresses are put together from the columns', () => {
  expect(Array.from({ length: index.rows }, (_, row) => addressOf(index, row))).toEqual([
    'module.database.aws_security_group.db',
    'module.database.aws_db_instance.primary',
    'module.database.aws_db_instance.replica["eu-west-1a"]',
    'module.database.aws_db_instance.replica[1]',
    'aws_security_group.db',
    'data.aws_vpc.network',
    'aws_security_group.network',
    'module.database.aws_db_instance.primary',
  ])
})

describe('grouping', () => {
  test('by module keeps the order of the server, with outputs after and drift last', () => {
    expect(read()).toEqual([
      {
        'module module.database': [
          'module.database.aws_security_group.db',
          'module.database.aws_db_instance.primary',
          'module.database.aws_db_instance.replica["eu-west-1a"]',
          'module.database.aws_db_instance.replica[1]',
        ],
      },
      { 'module ': ['aws_security_group.db', 'data.aws_vpc.network'] },
      { 'outputs Outputs': ['output endpoint'] },
      { 'drift module.database': ['module.database.aws_db_instance.primary'] },
    ])
  })

  test('by type begins with the type of the riskiest change', () => {
    expect(read({ by: 'type' }).map((group) => Object.keys(group)[0])).toEqual([
      'type aws_security_group',
      'type aws_db_instance',
      'type data.aws_vpc',
      'outputs Outputs',
      'drift module.database',
    ])
  })

  test('counts what each group does', () => {
    expect(arranged().groups[0]?.counts).toEqual({ delete: 1, replace: 1, create: 2 })
    expect(arranged({ by: 'type' }).groups[0]?.counts).toEqual({ delete: 1, update: 1 })
  })
})

describe('filtering', () => {
  test('finds all words in any order, in addresses and reasons, whatever their case', () => {
    expect(read({ text: 'REPLICA module.database' })).toEqual([
      { 'module module.database': ['module.database.aws_db_instance.replica["eu-west-1a"]', 'module.database.aws_db_instance.replica[1]'] },
    ])
    expect(read({ text: 'in place' })).toEqual([{ 'module module.database': ['module.database.aws_db_instance.primary'] }])
    expect(read({ text: 'storage_enc' })).toHaveLength(1)
    expect(read({ text: 'nothing like it' })).toEqual([])
  })

  test('finds outputs by name', () => {
    expect(read({ text: 'endp' })).toEqual([{ 'outputs Outputs': ['output endpoint'] }])
  })

  test('shows only the chosen kinds, and counts the others', () => {
    const { groups, matching } = arranged({ kinds: ['create'] })
    expect(groups.filter((group) => group.sort === 'module').map((group) => group.count)).toEqual([2])
    expect(matching).toMatchObject({ delete: 1, replace: 1, create: 2, 'no-op': 1 })
  })

  test('hides what stays until it is asked for', () => {
    expect(JSON.stringify(read())).not.toContain('aws_security_group.network')
    expect(JSON.stringify(read({ kinds: KINDS }))).toContain('aws_security_group.network')
  })

  test('by type leaves outputs out', () => {
    expect(read({ type: 'aws_vpc' })).toEqual([{ 'module ': ['data.aws_vpc.network'] }])
  })
})

describe('lines', () => {
  test('have a heading before the changes of each group', () => {
    expect([...linesOf(arranged(), () => false)]).toEqual([~0, 0, 1, 2, 3, ~1, 4, 5, ~2, 8, ~3, 7])
  })

  test('leave out the changes of folded groups', () => {
    expect([...linesOf(arranged(), (group) => group.title === 'module.database')]).toEqual([~0, ~1, 4, 5, ~2, 8, ~3])
  })
})

test('all ways of replacing are one kind', () => {
  expect(['delete-then-create', 'create-then-delete', 'forget-then-create'].map((action) => kindOf(action as never))).toEqual(['replace', 'replace', 'replace'])
})

test('100,000 changes are filtered in less than the time of a frame or two', () => {
  const many = readIndex({ ...PLAN, groups: [{ module: 0, 'is-drift': false, start: 0, count: 100_000, counts: {} }], changes: repeated(100_000) })
  const texts = searchTexts(many)
  const started = performance.now()
  const { rows } = arrange(many, lens({ text: 'replica eu-west' }), () => texts)
  expect(performance.now() - started).toBeLessThan(500)
  expect(rows).toHaveLength(12_500)
})

test('an index is handed over without its columns being copied', () => {
  expect(buffersOf(readIndex(PLAN))).toHaveLength(8)
})

function repeated(total: number): typeof PLAN.changes {
  const column = <T,>(values: readonly T[]) => Array.from({ length: total }, (_, at) => values[at % 8] as T)
  const { changes } = PLAN
  return {
    action: column(changes.action),
    type: column(changes.type),
    name: column(changes.name),
    key: column(changes.key),
    reason: column(changes.reason),
    'replace-paths': column(changes['replace-paths']),
  }
}
