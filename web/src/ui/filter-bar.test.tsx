import { screen, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { parameter, useSearchState } from '@/lib/search'
import { show } from '@/testing/render'
import { FilterBar } from './filter-bar'

const parse = (raw: Readonly<Record<string, unknown>>) => ({
  search: parameter.text(raw['search']),
  status: parameter.list(raw['status']),
  page: parameter.page(raw['page']),
})

function List() {
  const [search, change] = useSearchState(parse)
  return (
    <FilterBar
      filters={[{ name: 'status', title: 'Status', isMany: true, options: [{ value: 'errored', text: 'Failed' }, { value: 'planned', text: 'Needs confirmation' }] }]}
      values={{ search: search.search, status: search.status }}
      onChange={(changes) => void change({ ...changes, page: undefined })}
      text={{ name: 'search', placeholder: 'Filter by name' }}
    />
  )
}

test('filters stand in the address, and forget the page', async () => {
  const { user, router } = await show(<List />, { at: '/here?page=3' })
  await user.keyboard('/')
  await user.keyboard('orders')
  await waitFor(() => expect(router.state.location.searchStr).toBe('?search=orders'))
  await user.click(screen.getByRole('button', { name: 'Filter' }))
  await user.click(await screen.findByRole('button', { name: 'Status' }))
  await user.click(await screen.findByRole('checkbox', { name: 'Failed' }))
  await waitFor(() => expect(router.state.location.searchStr).toBe('?search=orders&status=errored'))
  await user.click(screen.getByRole('button', { name: 'Remove the filter Status' }))
  await waitFor(() => expect(router.state.location.searchStr).toBe('?search=orders'))
})

test('several values of the address are one chip', async () => {
  await show(<List />, { at: '/here?status=errored,planned' })
  expect(screen.getByRole('button', { name: 'Failed, Needs confirmation' })).toBeTruthy()
})
