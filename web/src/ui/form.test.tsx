import { screen, waitFor } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { ApiError } from '@/api/errors'
import { expectAccessible } from '@/testing/axe'
import { show } from '@/testing/render'
import { Form } from './form'
import { TextInput } from './text-input'
import { useForm } from './use-form'

const refused = new ApiError(422, 'invalid', 'Not accepted', 'The name is taken.', [
  { field: 'name', pointer: '/data/attributes/name', detail: 'orders is taken. Choose another name.' },
])

function Example({ submit }: { submit: (values: { name: string; about: string }) => Promise<unknown> }) {
  const form = useForm({ initial: { about: '', name: '' }, submit })
  return (
    <Form form={form} submit="Create" command={`slipway workspace create ${form.values.name}`}>
      <TextInput label="About" {...form.field('about')} />
      <TextInput label="Name" {...form.field('name')} />
    </Form>
  )
}

test('what was typed is submitted with Enter, and stands in the command', async () => {
  const submit = vi.fn().mockResolvedValue(null)
  const { user, container } = await show(<Example submit={submit} />)
  await user.type(screen.getByLabelText('Name'), 'orders{Enter}')
  expect(submit).toHaveBeenCalledWith({ about: '', name: 'orders' })
  expect(container.textContent).toContain('slipway workspace create orders')
})

test('a refusal keeps what was typed, stands at the field and beside the button, and takes the focus there', async () => {
  const { user, container } = await show(<Example submit={() => Promise.reject(refused)} />)
  await user.type(screen.getByLabelText('Name'), 'orders')
  await user.click(screen.getByRole('button', { name: 'Create' }))
  const name = screen.getByLabelText<HTMLInputElement>('Name')
  await waitFor(() => expect(document.activeElement).toBe(name))
  expect(name.value).toBe('orders')
  expect(document.getElementById(name.getAttribute('aria-describedby') ?? '')?.textContent).toContain('Choose another name.')
  expect(screen.getByRole('alert').textContent).toContain('The name is taken.')
  await expectAccessible(container)
  await user.type(name, '2')
  expect(name.getAttribute('aria-invalid')).toBeNull()
  expect(screen.getByRole('alert').textContent).toBe('')
})

test('a failure of the server is said beside the button, with the request', async () => {
  const failed = new ApiError(500, 'internal', 'The server failed', 'Nothing was made. Try again.', [], 'req-1')
  const { user } = await show(<Example submit={() => Promise.reject(failed)} />)
  await user.click(screen.getByRole('button', { name: 'Create' }))
  await waitFor(() => expect(screen.getByRole('alert').textContent).toBe('Nothing was made. Try again. Request req-1.'))
})
