// Roles explained: who may do what where, by which role, given to whom; also where somebody may not.
import { flow } from './harness/flow'
import { ORGANIZATION } from './harness/stage'

flow('roles', async (stage) => {
  const { page } = await stage.administrator()
  const api = await stage.apiWithOrganization()
  await stage.member(api, 'rita', 'read')
  const members = await api.list(`/organizations/${ORGANIZATION}/organization-memberships`)
  const rita = members.find((member) => member.attributes['username'] === 'rita')?.relationships?.['user']?.data?.id
  const team = await api.post(`/organizations/${ORGANIZATION}/teams`, 'teams', { name: 'operators' })
  await api.request('POST', `/teams/${team.id}/relationships/users`, { data: [{ type: 'users', id: 'rita' }] })
  await api.slipway(stage.folder, 'role', 'assign', 'write', '--to', 'operators', '--organization', ORGANIZATION)

  await page.goto(`/app/${ORGANIZATION}/settings/access?subject=${rita}`)
  await page.getByText('Start runs that apply').first().click()
  const ways = page.getByRole('list', { name: /A way to workspace.run.apply/ })
  await ways.getByText('operators').first().waitFor()
  await ways.getByText('write').first().waitFor()
  await stage.look(page, '1-because-of-a-team')
  await page.getByText('Invite and remove members').first().click()
  await page.getByText(/rita may not do this there/).waitFor()
  await stage.look(page, '2-not-allowed')
})
