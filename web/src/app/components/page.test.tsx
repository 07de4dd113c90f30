import { screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { show } from '@/testing/render'
import Components from './page'

test('every primitive is shown, without anything that axe finds wrong', async () => {
  const { container } = await show(<Components />)
  expect(await screen.findByRole('heading', { name: 'Dialogs' }, { timeout: 10_000 })).toBeTruthy()
  await expectAccessible(container)
}, 60_000)
