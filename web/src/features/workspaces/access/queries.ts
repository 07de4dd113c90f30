// What the tab of access reads.
import { get } from '@/api/query'

/** Who holds which role at exactly this organization, project or workspace. */
export const holders = (organization: string, scope: string) =>
  get('/api/v2/organizations/{organization}/role-assignments', {
    params: { path: { organization }, query: { 'filter[scope]': scope, 'page[size]': 100 } },
  })

export const roles = (organization: string) =>
  get('/api/v2/organizations/{organization}/roles', { params: { path: { organization }, query: { 'page[size]': 100 } } })

export const members = (organization: string) =>
  get('/api/v2/organizations/{organization}/organization-memberships', { params: { path: { organization }, query: { 'page[size]': 100 } } })

export const teams = (organization: string) =>
  get('/api/v2/organizations/{organization}/teams', { params: { path: { organization }, query: { 'page[size]': 100 } } })

export const serviceAccounts = (organization: string) =>
  get('/api/v2/organizations/{organization}/service-accounts', { params: { path: { organization }, query: { 'page[size]': 100 } } })

/** Everything that can be allowed, with a sentence each. */
export const permissions = () => get('/api/v2/permissions')

/** Whether `subject` may do `permission` in the workspace, and every way that it is granted. */
export const explanation = (organization: string, scope: string, subject: string, permission: string) =>
  get('/api/v2/organizations/{organization}/access-explanations', {
    params: { path: { organization }, query: { scope, permission, ...(subject !== '' && { subject }) } },
  })
