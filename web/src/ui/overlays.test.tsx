import { screen, waitFor } from '@testing-library/react'
import { useState } from 'react'
import { expect, test, vi } from 'vitest'
import { ApiError } from '@/api/errors'
import { expectAccessible } from '@/testing/axe'
import { show } from '@/testing/render'
import { Button } from './button'
import { Combobox, MultiSelect } from './combobox'
import { ConfirmDialog } from './confirm-dialog'
import { Menu } from './menu'

function Asking({ onConfirm }: { onConfirm: (comment: string) => Promise<unknown> }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button onClick={() => setOpen(true)}>Delete…</Button>
      <ConfirmDialog
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        title="Delete sandbox?"
        verb="Delete workspace"
        isDanger
        nameToType="sandbox"
        comment={{ label: 'Reason' }}
        onConfirm={onConfirm}
      />
    </>
  )
}

test('what destroys asks for the name, gives the comment, and closes', async () => {
  const confirm = vi.fn().mockResolvedValue(null)
  const { user } = await show(<Asking onConfirm={confirm} />)
  await user.click(screen.getByRole('button', { name: 'Delete…' }))
  const dialog = await screen.findByRole('dialog', { name: 'Delete sandbox?' })
  await user.click(screen.getByRole('button', { name: 'Delete workspace' }))
  expect(confirm).not.toHaveBeenCalled()
  await user.type(screen.getByLabelText(/^Type/), 'sandbox')
  await user.type(screen.getByLabelText(/^Reason/), ' not used ')
  await expectAccessible(dialog)
  await user.click(screen.getByRole('button', { name: 'Delete workspace' }))
  expect(confirm).toHaveBeenCalledWith('not used')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
})

test('a refusal stays in the dialog', async () => {
  const error = new ApiError(409, 'conflict', 'Still in use', 'Run #300 holds the lock. Cancel it first.')
  const { user } = await show(<Asking onConfirm={() => Promise.reject(error)} />)
  await user.click(screen.getByRole('button', { name: 'Delete…' }))
  await user.type(await screen.findByLabelText(/^Type/), 'sandbox{Enter}')
  expect((await screen.findByRole('alert')).textContent).toContain('Cancel it first.')
})

test('a menu opens with the arrow, moves, does one thing, and gives the focus back', async () => {
  const lock = vi.fn()
  const remove = vi.fn()
  const { user } = await show(
    <Menu
      trigger={<Button>More</Button>}
      groups={[
        { items: [{ title: 'Lock', onSelect: lock }] },
        { items: [{ title: 'Delete…', onSelect: remove, disabledReason: 'It still has 84 resources.' }] },
      ]}
    />,
  )
  await user.tab()
  await user.keyboard('{ArrowDown}')
  const menu = await screen.findByRole('menu', { name: 'More' })
  await waitFor(() => expect(document.activeElement?.textContent).toBe('Lock'))
  await user.keyboard('{ArrowDown}{Enter}')
  expect(remove).not.toHaveBeenCalled()
  expect(menu.textContent).toContain('It still has 84 resources.')
  await expectAccessible(menu)
  await user.keyboard('{ArrowDown}{Enter}')
  expect(lock).toHaveBeenCalledOnce()
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: 'More' })))
})

test('where anything may be typed, Enter and leaving take what was typed; Escape does not', async () => {
  const submit = vi.fn((event: { preventDefault: () => void }) => event.preventDefault())
  function Typing() {
    const [one, setOne] = useState('')
    const [many, setMany] = useState<readonly string[]>([])
    return (
      <form onSubmit={submit}>
        <p>
          {one} {many.join(',')}
        </p>
        <Combobox label="One" options={[{ value: 'id-1', text: 'Main' }]} value={one} onChange={setOne} createLabel="New" />
        <MultiSelect label="Many" options={[]} value={many} onChange={setMany} createLabel="New" />
      </form>
    )
  }
  const { user, container } = await show(<Typing />)
  const told = () => container.querySelector('p')?.textContent
  await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>('One').readOnly).toBe(false))
  await user.type(screen.getByLabelText('One'), 'release{Enter}')
  expect(told()).toBe('release ')
  await user.clear(screen.getByLabelText('One'))
  await user.type(screen.getByLabelText('One'), 'main')
  await user.tab()
  expect(told()).toBe('id-1 ')
  await user.type(screen.getByLabelText('Many'), 'live/**')
  await user.tab()
  expect(told()).toBe('id-1 live/**')
  await user.type(screen.getByLabelText('Many'), 'test/**{Escape}')
  await user.tab()
  expect(told()).toBe('id-1 live/**')
  expect(submit).not.toHaveBeenCalled()
})

test('a combobox finds by typing; several are chosen and erased', async () => {
  function Choosing() {
    const [one, setOne] = useState('')
    const [many, setMany] = useState<readonly string[]>(['red'])
    const options = ['red', 'green', 'blue'].map((value) => ({ value }))
    return (
      <>
        <p>
          {one} {many.join(',')}
        </p>
        <Combobox label="One" options={options} value={one} onChange={setOne} />
        <MultiSelect label="Many" options={options} value={many} onChange={setMany} createLabel="New" />
      </>
    )
  }
  const { user, container } = await show(<Choosing />)
  await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>('One').readOnly).toBe(false))
  await user.type(screen.getByLabelText('One'), 'gre{ArrowDown}{Enter}')
  expect(container.querySelector('p')?.textContent).toBe('green red')
  await user.type(screen.getByLabelText('Many'), 'pink{ArrowDown}{Enter}')
  expect(container.querySelector('p')?.textContent).toBe('green red,pink')
  await user.type(screen.getByLabelText('Many'), '{Backspace}{Backspace}')
  expect(container.querySelector('p')?.textContent).toBe('green ')
})
