// What is there is found from the palette, and what is not there says so within the console.
import { expect } from 'vitest'
import { shop } from './harness/configurations'
import { flow } from './harness/flow'
import { ORGANIZATION } from './harness/stage'

const HOME = `/app/${ORGANIZATION}`

flow('finding', async (stage) => {
  const dana = await stage.administrator()
  const api = await stage.apiWithOrganization()
  await api.post(`/organizations/${ORGANIZATION}/teams`, 'teams', { name: 'operators' })
  await api.post(`/organizations/${ORGANIZATION}/service-accounts`, 'service-accounts', { name: 'nightly' })
  const workspace = await api.post(`/organizations/${ORGANIZATION}/workspaces`, 'workspaces', { name: 'shop' })
  const run = await api.start(workspace.id, shop(stage.folder), { message: 'Wait for it' })
  const { page } = dana
  await page.goto(HOME)
  const find = async (typed: string, option: RegExp) => {
    await page.keyboard.press('Control+K')
    await page.getByRole('combobox', { name: 'Search or run a command' }).fill(typed)
    await page.getByRole('option', { name: option }).waitFor()
    return page.getByRole('option', { name: option })
  }
  await page.getByRole('heading', { level: 1 }).waitFor()
  const team = await find('operat', /operators\s*team/)
  await stage.look(page, '1-team')
  await team.click()
  await page.getByRole('heading', { level: 1, name: 'operators' }).waitFor()
  await (await find('nightly', /nightly\s*service account/)).click()
  await page.getByRole('heading', { level: 1, name: 'nightly' }).waitFor()
  await (await find(run.id, /Wait for it/)).click()
  await page.getByRole('heading', { level: 1, name: 'Wait for it' }).waitFor()
  expect(new URL(page.url()).pathname).toBe(`${HOME}/workspaces/shop/runs/${run.id}`)
  // What only knows the id leads there, too.
  await page.goto(`${HOME}/runs/${run.id}`)
  await page.waitForURL(`**/workspaces/shop/runs/${run.id}`)
})

flow('absent', async (stage) => {
  const dana = await stage.administrator()
  await stage.apiWithOrganization()
  const { page } = dana
  dana.allow(/404/)
  for (const path of ['projects/prj-0000000000000000', 'settings/teams/team-0000000000000000', 'workspaces/nowhere', 'runs/run-0000000000000000', 'nothing/like/it']) {
    await page.goto(`${HOME}/${path}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.getByRole('link', { name: 'Start page', exact: true }).waitFor()
    await page.getByRole('link', { name: 'Workspaces' }).first().waitFor()
  }
  await stage.look(page, '1-absent')
})
