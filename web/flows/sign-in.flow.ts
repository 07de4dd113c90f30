// From the first start to the console: the set-up link, an account, a second factor, and everything around signing in.
import { expect } from 'vitest'
import { oneTimeCode } from './harness/one-time'
import { flow } from './harness/flow'
import { PASSWORD } from './harness/visitor'

flow('set-up', async (stage) => {
  const dana = await stage.visitor('dana')
  const { page } = dana
  await dana.follow(await stage.server.setUpLink())
  await stage.look(page, '1-set-up')

  // What is wrong is said at its field, and what was typed stays.
  await page.getByLabel('User name').fill('dana')
  await page.getByLabel('Password', { exact: true }).fill('short')
  await page.getByLabel('Password once more').fill('short')
  dana.allow(/answer: POST .*\/set-up\/.* 4\d\d/)
  await page.getByRole('button', { name: 'Make the account' }).click()
  await page.getByText(/12 characters/).waitFor()
  expect(await page.getByLabel('User name').inputValue()).toBe('dana')
  await stage.look(page, '2-set-up-refused')

  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByLabel('Password once more').fill(PASSWORD)
  await page.getByRole('button', { name: 'Make the account' }).click()
  await page.waitForURL(/\/app/)

  await page.goto('/account/second-factor')
  await stage.look(page, '3-second-factor-off')
  await page.getByRole('button', { name: 'Set up' }).click()
  const secret = await page.locator('code').first().innerText()
  await stage.look(page, '4-second-factor-secret')
  await page.getByLabel('Code').fill(oneTimeCode(secret))
  await page.getByRole('button', { name: 'Turn on' }).click()
  const codes = await page.locator('ol code').allInnerTexts()
  expect(codes).toHaveLength(10)
  await stage.look(page, '5-recovery-codes')
  await page.getByRole('link', { name: 'I have kept them' }).click()
  await page.getByText('10 recovery codes left').waitFor()
  await stage.look(page, '6-second-factor-on')
  await page.getByRole('button', { name: 'Sign out' }).click()

  await page.waitForURL(/\/sign-in/)
  await stage.look(page, '7-sign-in')
  await page.goto('/app')
  await page.waitForURL(/\/sign-in\?/)
  await dana.signIn()
  await page.getByLabel('Code').waitFor()
  await stage.look(page, '8-ask-for-the-code')
  dana.allow(/answer: POST .*\/sign-in\/second-factor 4\d\d/)
  await page.getByLabel('Code').fill('000000')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.locator('.wrong, .problem').waitFor()
  await stage.look(page, '9-wrong-code')
  // The code of this half minute was used to turn it on; a code is never taken twice.
  await page.getByLabel('Code').fill(oneTimeCode(secret, 1))
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.waitForURL(/\/app/)
  await page.getByRole('main').waitFor()
})
