// Looking inside an app that runs: a shell in a unit, what is kept of its log, and what it takes.
import { expect } from 'vitest'
import { flow } from './harness/flow'
import { ORGANIZATION } from './harness/stage'
import { until } from './harness/until'

const SERVE = 'mkdir -p /tmp/www; echo welcome > /tmp/www/index.html; echo "listening at $PORT"; exec httpd -f -v -p $PORT -h /tmp/www'

flow('inside', async (stage) => {
  const dana = await stage.administrator()
  const { page } = dana
  const api = await stage.apiWithOrganization()
  await stage.docker.image('flow/web:1', SERVE)
  const app = await api.post(`/organizations/${ORGANIZATION}/apps`, 'apps', { name: 'shop' })
  await api.post(`/apps/${app.id}/deploys`, 'deploys', { image: 'flow/web:1' })
  await until('shop answers', async () => (await stage.ask('shop')).text === 'welcome')

  await page.goto(`/app/${ORGANIZATION}/apps/shop/shell`)
  await page.getByRole('button', { name: 'Open a shell' }).click()
  await page.getByText(/^In web-1-0\. Ctrl-D/).waitFor()
  const terminal = page.getByRole('textbox', { name: /^Shell in/ })
  await terminal.focus()
  await page.keyboard.type('cd /tmp/www && echo "it says $(cat index.html)"\n')
  await page.getByText('it says welcome').first().waitFor()
  // Another size is told.
  await page.setViewportSize({ width: 900, height: 800 })
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.keyboard.type('printf "\\033[38;2;200;80;80mred\\033[0m\\n"\n')
  await page.getByText('red', { exact: true }).first().waitFor()
  // The policy of the page lets colours through.
  expect(await page.locator('.xterm-rows').getByText('red', { exact: true }).evaluate((word) => getComputedStyle(word).color)).toMatch(/^rgb\((1\d\d|2\d\d), \d\d, \d\d\)$/)
  await stage.look(page, '1-shell')
  await page.keyboard.type('exit 3\n')
  await page.getByText('It ended with 3.').waitFor()
  await stage.look(page, '2-ended')

  await page.goto(`/app/${ORGANIZATION}/apps/shop/logs?show=kept`)
  const lines = page.getByRole('list', { name: 'Kept lines' })
  await until('the line is kept', async () => {
    await page.reload()
    await page.getByText(/the newest first|Nothing is kept yet/).first().waitFor()
    return lines.getByText('listening at').first().isVisible()
  })
  await page.getByPlaceholder('Find in what is kept').fill('LISTENING')
  await page.waitForURL(/text=LISTENING/)
  await lines.locator('mark').first().waitFor()
  await stage.look(page, '3-kept')
  await page.getByPlaceholder('Find in what is kept').fill('nobody wrote this')
  await page.getByText('No line that is kept is like that.').waitFor()

  await page.goto(`/app/${ORGANIZATION}/apps/shop/metrics`)
  await until('something is measured', async () => {
    await stage.ask('shop')
    await page.reload()
    await page.getByText(/Processors|Nobody measured/).first().waitFor()
    return page.getByRole('img', { name: /^Memory, now \d/ }).isVisible()
  }, 90_000)
  await stage.look(page, '4-metrics')
  expect(await page.getByRole('img').count()).toBeGreaterThanOrEqual(4)
}, { hasDocker: true })
