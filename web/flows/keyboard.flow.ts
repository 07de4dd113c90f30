// From nothing to applied without a mouse.
import { expect } from 'vitest'
import type { Page } from 'playwright-core'
import { shop } from './harness/configurations'
import { flow } from './harness/flow'
import { ORGANIZATION } from './harness/stage'

const FARTHEST_TAB = 80

flow('keyboard', async (stage) => {
  const { page } = await stage.administrator()
  await stage.apiWithOrganization()
  // Long before it is needed: the browser is told to ask us instead of somebody in front of it.
  const chooser = page.waitForEvent('filechooser', { timeout: 60_000 })
  chooser.catch(() => {})
  await page.goto(`/app/${ORGANIZATION}`)
  await page.getByRole('heading', { level: 1 }).waitFor()

  await page.keyboard.press('?')
  await page.getByRole('dialog').waitFor()
  await stage.look(page, '1-shortcuts')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })

  await palette(page, 'new works', /New workspace/)
  await stage.look(page, '2-palette')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/new-workspace/)
  // The first field has the focus.
  await page.locator('input:focus').waitFor()
  await page.keyboard.type('shop')
  await tabTo(page, 'Choose a folder')
  await page.keyboard.press('Enter')
  await (await chooser).setFiles(shop(stage.folder))
  await page.getByText('2 files').waitFor()
  await tabTo(page, 'Create and plan')
  await page.keyboard.press('Enter')

  await page.waitForURL(/\/runs\/run-/)
  await page.getByRole('region', { name: 'Decision' }).waitFor({ timeout: 60_000 })
  // The changes are a list of their own: j goes down, o opens.
  await page.getByRole('region', { name: 'Changes of the plan' }).locator('button[aria-expanded]').first().waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('o')
  await page.getByText('known after apply').or(page.getByText('"Hello"')).first().waitFor()
  await page.keyboard.press('/')
  await page.locator('input:focus').waitFor()
  await page.keyboard.type('pet')
  await page.getByText(/random_pet/).first().waitFor()
  await stage.look(page, '3-filtered')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await tabTo(page, 'Confirm and apply')
  await page.keyboard.press('Enter')
  await page.getByText('Applied', { exact: true }).first().waitFor({ timeout: 60_000 })

  await page.keyboard.press('g')
  await page.keyboard.press('w')
  await page.waitForURL(/\/workspaces$/)
  await page.getByRole('table').getByRole('link', { name: 'shop' }).waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/workspaces\/shop$/)
  await page.keyboard.press('g')
  await page.keyboard.press('r')
  await page.waitForURL(/\/runs$/)
  // What was open is found again by its name.
  await palette(page, 'shop', /shop/)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/workspaces\/shop/)
})

async function palette(page: Page, text: string, wanted: RegExp) {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search or run a command' }).waitFor()
  await page.keyboard.type(text)
  await page.getByRole('option', { name: wanted, selected: true }).waitFor()
}

/** Goes on with the tabulator until the focus is on what is called so; that it can be seen there is part of it. */
async function tabTo(page: Page, name: string) {
  for (let presses = 0; presses < FARTHEST_TAB; presses += 1) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate(() => {
      const element = document.activeElement
      if (!(element instanceof HTMLElement)) return { text: '', hasRing: false }
      const { boxShadow, outlineStyle, borderColor } = getComputedStyle(element)
      return { text: element.textContent ?? '', hasRing: boxShadow !== 'none' || outlineStyle !== 'none' || borderColor !== '' }
    })
    if (!focused.text.startsWith(name)) continue
    expect(focused.hasRing).toBe(true)
    return
  }
  throw new Error(`the tabulator does not lead to "${name}"`)
}
