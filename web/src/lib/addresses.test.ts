import { expect, test } from 'vitest'
import { organizationIn } from './addresses'

test('an address is within an organization, or beside all of them', () => {
  expect(['/app/acme', '/app/acme/runs', '/app/account/profile', '/app', '/app/', '/reference'].map(organizationIn)).toEqual(['acme', 'acme', null, null, null, null])
})
