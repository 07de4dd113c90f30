import { expect, test } from 'vitest'
import type { Deploy } from './queries'
import { noCancel, planWords, shortImage, stepsOf } from './words'

const deploy = (changes: Partial<Deploy['attributes']>) => ({ attributes: { status: 'running', step: 'health', 'is-cancel-requested': false, ...changes } as Deploy['attributes'] })

test('say where a deploy stands or ended', () => {
  const icons = (changes: Partial<Deploy['attributes']>) => stepsOf(deploy(changes)).map(({ icon }) => icon)
  expect(icons({})).toEqual(['ok', 'ok', 'ok', 'running', 'todo', 'todo'])
  expect(icons({ status: 'failed', step: 'build' })).toEqual(['failed', 'never', 'never', 'never', 'never', 'never'])
  expect(icons({ status: 'canceled', step: 'start' })).toEqual(['ok', 'ok', 'canceled', 'never', 'never', 'never'])
  expect(icons({ status: 'deployed', step: 'drain' })).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'ok'])
  expect(noCancel(deploy({}))).toBeNull()
  expect(noCancel(deploy({ step: 'drain' }))).toContain('Roll back')
})

test('are short', () => {
  expect(shortImage(`acme/shop:2@sha256:${'ab'.repeat(32)}`)).toBe('acme/shop:2@abababababab')
  expect(planWords({ memory: 536_870_912, processor: 500 })).toBe('512 MiB, 0.5 CPU')
  expect(planWords({ memory: 0, processor: 0 })).toBe('any memory, any CPU')
})
