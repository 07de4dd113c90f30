// Signing in at a real OpenID Connect provider, from the button on the sign-in page back to the console.
import { join } from 'node:path'
import { expect } from 'vitest'
import { DEX_CLIENT, DEX_PERSON, Dex } from './harness/dex'
import { flow } from './harness/flow'

const LOOPBACK = { SLIPWAY_OUTBOUND_ALLOWED_NETWORKS: '127.0.0.0/8' }

flow(
  'openid-connect',
  async (stage) => {
    // The callback address is made of where the server listens, which it knows from its second start on.
    await stage.server.stop()
    await stage.server.start()
    const dana = await stage.administrator()
    const api = await stage.api()
    const dex = new Dex(join(stage.folder, 'dex'))
    try {
      await dex.start([])
      const provider = await api.post('/identity-providers', 'identity-providers', {
        name: 'dex',
        issuer: dex.issuer,
        'client-id': DEX_CLIENT.id,
        'client-secret': DEX_CLIENT.secret,
        'creates-accounts': true,
      })
      const callback = `${stage.server.url}/sign-in/oidc/${provider.id}/callback`
      await dex.start([callback])

      const ada = await stage.visitor('ada')
      await ada.page.goto('/app/account/profile')
      await ada.page.waitForURL(/\/sign-in\?/)
      await stage.look(ada.page, '1-sign-in-with-a-provider')
      await ada.page.getByRole('link', { name: 'Sign in with dex' }).click()
      await ada.page.waitForURL(new RegExp(dex.issuer))
      await ada.page.locator('input[name=login]').fill(DEX_PERSON.email)
      await ada.page.locator('input[name=password]').fill(DEX_PERSON.password)
      await ada.page.locator('button[type=submit]').click()
      // Back where the way began.
      await ada.page.waitForURL(/\/app\/account\/profile/)
      expect(await ada.page.getByLabel('Mail address').inputValue()).toBe(DEX_PERSON.email)
      await stage.look(ada.page, '2-in-no-organization')

      await ada.page.goto('/account/identities')
      expect(await ada.page.getByRole('row').allInnerTexts()).toEqual([expect.any(String), expect.stringContaining('dex')])
      await stage.look(ada.page, '3-ways-to-sign-in')
      await dana.page.goto('/account/identities')
      await stage.look(dana.page, '4-no-other-way-to-sign-in')
    } finally {
      await dex.stop()
    }
  },
  { variables: LOOPBACK },
)
