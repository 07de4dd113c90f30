// Folding the steps of an apply.
import { expect, test } from 'vitest'
import { folded, type ResourceStep } from './progress'

const step = (address: string, action: string, status: ResourceStep['status']): ResourceStep => ({ address, action, status, 'elapsed-seconds': 0 })

test('later steps overrule, and a replacement has two', () => {
  const progress = folded([
    step('a', 'delete', 'running'),
    step('a', 'delete', 'done'),
    step('a', 'create', 'running'),
    step('b', 'update', 'running'),
    step('b', 'update', 'errored'),
  ])
  expect(progress.done).toBe(1)
  expect(progress.running.map((step) => [step.address, step.action])).toEqual([['a', 'create']])
  expect(progress.errored.map((step) => step.address)).toEqual(['b'])
  expect(progress.byAddress.get('a')?.action).toBe('create')
})
