import { expect, test } from 'vitest'
import type { Offer } from './palette-offers'
import { found, groupOffers } from './palette-search'

const offer = (group: Offer['group'], title: string, words = ''): Offer => ({ key: `${group}.${title}`, group, title, icon: 'dot', words })
const own = [
  offer('Here', 'Confirm and apply run #214'),
  offer('Recent', 'shop-prod-orders-db', 'ws-1'),
  offer('Actions', 'New workspace', 'create upload'),
  offer('Pages', 'Workspaces'),
]
const object = { id: 'ws-2', type: 'found', attributes: { kind: 'workspace', name: 'orders-reports', status: 'errored' } }
const titles = (typed: string) => groupOffers(found(own, [object], typed, 'larkfield')).flatMap((group) => group.offers.map((one) => `${group.title}: ${one.title}`))

test('at first what is of this page and what was used', () => {
  expect(titles('')[0]).toBe('Here: Confirm and apply run #214')
  expect(titles('')).toContain('Recent: shop-prod-orders-db')
})

test('words are found in titles and beside them; objects come from the directory with their page', () => {
  expect(titles('create')).toEqual(['Objects: orders-reports', 'Actions: New workspace'])
  expect(titles('orders')).toEqual(['Recent: shop-prod-orders-db', 'Objects: orders-reports'])
  expect(found(own, [object], 'orders', 'larkfield').at(-1)).toMatchObject({ to: '/app/larkfield/workspaces/orders-reports', detail: 'workspace, errored' })
})

test('a > leaves only what can be done', () => {
  expect(titles('> w')).toEqual(['Actions: New workspace'])
  expect(titles('>')).toEqual(['Here: Confirm and apply run #214', 'Actions: New workspace'])
})

test('teams, service accounts, runs and templates lead to their own pages', () => {
  const kinds = [
    { id: 'team-1', type: 'found', attributes: { kind: 'team', name: 'operators', status: '' } },
    { id: 'user-1', type: 'found', attributes: { kind: 'service-account', name: 'ci', status: '' } },
    { id: 'tpl-1', type: 'found', attributes: { kind: 'template', name: 'Network', status: 'enabled' } },
    { id: 'run-1', type: 'found', attributes: { kind: 'run', name: 'shop · Another thing', status: 'applied' } },
  ]
  expect(found([], kinds, 'any', 'larkfield').map((offer) => offer.to)).toEqual([
    '/app/larkfield/settings/teams/team-1',
    '/app/larkfield/settings/service-accounts/user-1',
    '/app/larkfield/templates/tpl-1',
    '/app/larkfield/workspaces/shop/runs/run-1',
  ])
})
