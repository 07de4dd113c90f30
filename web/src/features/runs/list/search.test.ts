// What a list of runs reads from its address.
import { expect, test } from 'vitest'
import { parseRunsSearch, statusesOf } from './search'

test('groups of statuses become the API’s statuses', () => {
  expect(statusesOf(['waiting', 'failed'])).toBe('planned,policy_checked,planned_and_saved,errored')
  expect(statusesOf(['planning'])).toBe('planning')
  expect(statusesOf(undefined)).toBeUndefined()
})

test('what was read once reads the same again: the route and the page both read it', () => {
  const once = parseRunsSearch({ status: 'waiting,active', page: '3', mine: 'true' })
  expect(once).toMatchObject({ status: ['waiting', 'active'], page: 3, mine: true })
  expect(parseRunsSearch(once as Record<string, unknown>)).toEqual(once)
})
