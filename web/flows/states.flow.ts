// States: what differs between two versions, and going back to one.
import { expect } from 'vitest'
import { shop } from './harness/configurations'
import { flow } from './harness/flow'
import { ORGANIZATION } from './harness/stage'

flow('states', async (stage) => {
  const { page } = await stage.administrator()
  const api = await stage.apiWithOrganization()
  const folder = shop(stage.folder)
  await api.slipway(folder, 'init', '--organization', ORGANIZATION, '--workspace', 'shop', '--create')
  await api.slipway(folder, 'apply', '--auto-approve', '--message', 'First')
  await api.slipway(folder, 'variable', 'set', 'greeting=Good evening')
  await api.slipway(folder, 'apply', '--auto-approve', '--message', 'Second')

  await page.goto(`/app/${ORGANIZATION}/workspaces/shop/states`)
  const versions = page.getByRole('table', { name: 'Versions of the state' })
  await versions.getByText('current').waitFor()
  await stage.look(page, '1-versions')
  const boxes = versions.getByRole('checkbox', { name: /version/ })
  await boxes.nth(0).check()
  await boxes.nth(1).check()
  await page.getByRole('button', { name: 'Compare', exact: true }).click()
  await page.getByText('terraform_data.letter', { exact: true }).waitFor()
  await page.getByText('Good evening').first().waitFor()
  await page.getByText('Hello').first().waitFor()
  // The address is the state: the same page comes from it.
  await page.reload()
  await page.getByText('terraform_data.letter', { exact: true }).waitFor()
  await stage.look(page, '2-difference')

  const before = await versions.getByRole('row').count()
  await versions.getByRole('row').last().getByRole('button', { name: /more|actions/i }).click()
  await page.getByRole('menuitem', { name: /Go back|Roll back/ }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Only the record changes').waitFor()
  await dialog.getByText('older attributes').waitFor()
  await stage.look(page, '3-go-back')
  await dialog.getByRole('textbox').fill('shop')
  await dialog.getByRole('button', { name: 'Go back' }).click()
  await dialog.waitFor({ state: 'detached' })
  await versions.getByRole('row').nth(before).waitFor()
  const outputs = await api.slipway(folder, 'state', 'outputs', 'letter', '--raw')
  expect(outputs).toMatch(/^Hello, /)
})
