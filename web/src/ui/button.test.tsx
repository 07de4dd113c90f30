import { screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { show } from '@/testing/render'
import { Button, IconButton } from './button'

test('a button that cannot be used stays reachable and says why', async () => {
  const press = vi.fn()
  const { user, container } = await show(
    <Button disabledReason="sam locked this workspace. Unlock it first." onClick={press}>
      Apply
    </Button>,
  )
  const button = screen.getByRole('button', { name: 'Apply' })
  await user.tab()
  expect(document.activeElement).toBe(button)
  expect(button.getAttribute('aria-disabled')).toBe('true')
  expect(button.hasAttribute('disabled')).toBe(false)
  await user.click(button)
  expect(press).not.toHaveBeenCalled()
  const described = document.getElementById(button.getAttribute('aria-describedby') ?? '')
  expect(described?.textContent).toBe('sam locked this workspace. Unlock it first.')
  await user.hover(button)
  expect((await screen.findByRole('tooltip')).textContent).toContain('Unlock it first.')
  await expectAccessible(container)
})

test('a button that works on something is not pressed twice', async () => {
  const press = vi.fn()
  const { user } = await show(
    <Button isBusy onClick={press}>
      Save
    </Button>,
  )
  await user.click(screen.getByRole('button', { name: 'Save' }))
  expect(press).not.toHaveBeenCalled()
})

test('an icon has a name', async () => {
  const press = vi.fn()
  const { user } = await show(<IconButton icon="copy" label="Copy the command" onClick={press} />)
  await user.click(screen.getByRole('button', { name: 'Copy the command' }))
  expect(press).toHaveBeenCalledOnce()
})
