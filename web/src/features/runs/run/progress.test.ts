// Folding the steps of an apply.
import { expect, test } from 'vitest'
import { folded } from './progress'

test('later steps overrule, and a replacement has two', () => {
  const progress = folded([
    { address: 'a', action: 'delete', status: 'running' },
    { address: 'a', action: 'delete', status: 'done' },
    { address: 'a', action: 'create', status: 'running' },
    { address: 'b', action: 'update', status: 'running' },
    { address: 'b', action: 'update', status: 'errored' },
  ])
  expect(progress.done).toBe(1)
  expect(progress.running.map((step) => [step.address, step.action])).toEqual([['a', 'create']])
  expect(progress.errored.map((step) => step.address)).toEqual(['b'])
  expect(progress.byAddress.get('a')?.action).toBe('create')
})
