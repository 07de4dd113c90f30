// The pages that the server writes itself, each in every state that people see: accounts, invitations, links, machines.
import type { Resource } from './harness/api'
import { flow } from './harness/flow'
import { ORGANIZATION } from './harness/stage'
import { PASSWORD } from './harness/visitor'

const MEMBERSHIPS = `/organizations/${ORGANIZATION}/organization-memberships`

flow('account-pages', async (stage) => {
  const dana = await stage.administrator()
  const { page } = dana
  for (const name of ['account', 'account/password', 'account/sessions', 'account/tokens', 'account/identities']) {
    await page.goto(`/${name}`)
    await stage.look(page, name.replace('/', '-'))
  }
  await page.goto('/account/tokens')
  await page.getByLabel('What is it for?').fill('a laptop')
  await page.getByRole('button', { name: 'Make a token' }).click()
  await page.getByText('Copy the token now').waitFor()
  await stage.look(page, 'account-token-made')
  await page.goto('/account/password')
  await page.getByLabel('Password so far').fill(PASSWORD)
  await page.getByLabel('New password', { exact: true }).fill(`${PASSWORD} too`)
  await page.getByLabel('New password once more').fill(`${PASSWORD} too`)
  await page.getByRole('button', { name: 'Change the password' }).click()
  await page.getByText('The password was changed').waitFor()
  await stage.look(page, 'account-password-changed')
})

flow('invitations', async (stage) => {
  const dana = await stage.administrator()
  const api = await stage.apiWithOrganization()
  const invited = await api.post(MEMBERSHIPS, 'organization-memberships', { email: 'lin@example.com', role: 'write' })
  const lin = await stage.visitor('lin')
  await lin.follow(link(invited))
  await stage.look(lin.page, '1-invitation')
  await lin.join(link(invited))

  // Used links and links that never were say so, and lead on.
  lin.allow(/answer: GET .*\/(invitations|password-reset)\/.* 4\d\d/)
  await lin.follow(link(invited))
  await lin.page.getByRole('heading').first().waitFor()
  await stage.look(lin.page, '2-used-invitation')

  const again = await api.post(MEMBERSHIPS, 'organization-memberships', { email: 'dana@example.com', role: 'read' })
  await dana.follow(link(again))
  await stage.look(dana.page, '3-join-with-an-account')
  await dana.page.getByRole('button', { name: 'Join as dana' }).click()
  await dana.page.waitForURL(/\/app/)

  const people = await api.list('/admin/users')
  const id = people.find((person) => person.attributes['username'] === 'lin')?.id
  const reset = await api.post(`/admin/users/${id}/actions/reset-password`)
  await lin.context.clearCookies()
  await lin.follow(String(reset.attributes['url']))
  await stage.look(lin.page, '4-set-a-password')
  await lin.page.getByLabel('New password', { exact: true }).fill(PASSWORD)
  await lin.page.getByLabel('New password once more').fill(PASSWORD)
  await lin.page.getByRole('button', { name: 'Set the password' }).click()
  await lin.page.waitForURL(/\/sign-in\?notice/)
  await stage.look(lin.page, '5-password-was-set')
  lin.allow(/answer: POST .*\/sign-in 4\d\d/)
  await lin.page.getByLabel('User name or mail address').fill('lin')
  await lin.page.getByLabel('Password', { exact: true }).fill('not the password')
  await lin.page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await lin.page.getByRole('alert').waitFor()
  await stage.look(lin.page, '6-wrong-password')
  await lin.page.goto('/password-reset')
  await stage.look(lin.page, '7-forgotten')
})

flow('command-line', async (stage) => {
  const { page } = await stage.administrator()
  const authorize = new URLSearchParams({
    response_type: 'code',
    client_id: 'slipway-cli',
    redirect_uri: 'http://127.0.0.1:9/callback',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    state: 'state',
  })
  await page.goto(`/oauth/authorize?${authorize}`)
  await page.getByRole('button', { name: 'Allow', exact: true }).waitFor()
  await stage.look(page, '1-allow-the-command-line')

  const answer = await fetch(`${stage.server.url}/oauth/device_authorization`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: 'slipway-cli' }),
  })
  const { user_code } = (await answer.json()) as { user_code: string }
  await page.goto('/device')
  await stage.look(page, '2-code-of-the-other-machine')
  await page.getByLabel('Code').fill(user_code)
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByText(user_code).waitFor()
  await stage.look(page, '3-allow-the-other-machine')
  await page.getByRole('button', { name: 'Allow', exact: true }).click()
  await page.getByRole('heading', { name: 'Allowed' }).waitFor()
  await stage.look(page, '4-allowed')
})

function link(membership: Resource): string {
  return (membership.attributes['invitation'] as { url: string }).url
}
