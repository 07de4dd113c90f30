import { screen, within } from '@testing-library/react'
import { useState } from 'react'
import { expect, test, vi } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { show } from '@/testing/render'
import { EmptyState } from './empty-state'
import { type Column, Table } from './table'

interface Row {
  readonly id: string
  readonly name: string
}

const rows: readonly Row[] = [
  { id: 'a', name: 'orders' },
  { id: 'b', name: 'carts' },
]
const columns: readonly Column<Row>[] = [
  { key: 'name', title: 'Name', sort: 'name', cell: (row) => row.name },
  { key: 'age', title: 'Changed', sort: 'changed-at', isDescendingFirst: true, cell: () => '4 min' },
]

test('a head sorts on the server: up, down, and newest first where that is wanted', async () => {
  const sort = vi.fn()
  const { user, container } = await show(
    <Table label="Workspaces" columns={columns} rows={rows} rowKey={(row) => row.id} sort="name" onSort={sort} />,
  )
  expect(screen.getByRole('columnheader', { name: 'Name' }).getAttribute('aria-sort')).toBe('ascending')
  await user.click(screen.getByRole('button', { name: 'Name' }))
  await user.click(screen.getByRole('button', { name: 'Changed' }))
  expect(sort.mock.calls).toEqual([['-name'], ['-changed-at']])
  await expectAccessible(container)
})

test('j, k and Enter open a row with the keyboard', async () => {
  const { user, router } = await show(
    <Table label="Workspaces" columns={columns} rows={rows} rowKey={(row) => row.id} rowTo={(row) => `/open/${row.id}`} />,
  )
  await user.keyboard('jjk{Enter}')
  expect(router.state.location.pathname).toBe('/open/a')
  await user.keyboard('j{Enter}')
  expect(router.state.location.pathname).toBe('/open/b')
})

test('rows are selected one by one, with x, and all at once', async () => {
  function Selecting() {
    const [selection, setSelection] = useState<ReadonlySet<string>>(new Set())
    return (
      <>
        <p>{[...selection].join(' ')}</p>
        <Table
          label="Workspaces"
          columns={columns}
          rows={rows}
          rowKey={(row) => row.id}
          rowName={(row) => row.name}
          selection={selection}
          onSelection={setSelection}
        />
      </>
    )
  }
  const { user, container } = await show(<Selecting />)
  await user.click(screen.getByRole('checkbox', { name: 'Select carts' }))
  expect(container.querySelector('p')?.textContent).toBe('b')
  expect(screen.getByRole<HTMLInputElement>('checkbox', { name: /all/ }).indeterminate).toBe(true)
  await user.keyboard('jx')
  expect(container.querySelector('p')?.textContent).toBe('b a')
  await user.click(screen.getByRole('checkbox', { name: /all/ }))
  expect(container.querySelector('p')?.textContent).toBe('')
})

test('no rows say what is missing; rows on their way keep the layout', async () => {
  const empty = <EmptyState title="No workspaces yet">They hold state.</EmptyState>
  const { unmount } = await show(<Table label="Workspaces" columns={columns} rows={[]} rowKey={(row) => row.id} empty={empty} />)
  expect(screen.getByText('No workspaces yet')).toBeTruthy()
  unmount()
  await show(<Table label="Workspaces" columns={columns} rows={undefined} rowKey={(row: Row) => row.id} empty={empty} expected={3} />)
  const table = screen.getByRole('table', { name: 'Workspaces' })
  expect(table.getAttribute('aria-busy')).toBe('true')
  expect(within(table).getAllByRole('row', { hidden: true })).toHaveLength(4)
})
