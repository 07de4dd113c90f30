// What the pages of approval rules read.
import { useQuery } from '@tanstack/react-query'
import { get, type ResourceOf, stale } from '@/api/query'

export type Rule = ResourceOf<'ApprovalRule'>

export const READ = 'approval-rule.read'
const MANAGE = 'approval-rule.manage'

/** Most rules on a page. */
export const PAGE_SIZE = 100

export const rulesOf = (organization: string, page: number) =>
  get('/api/v2/organizations/{organization}/approval-rules', {
    params: { path: { organization }, query: { 'page[number]': page, 'page[size]': PAGE_SIZE } },
  })

export const oneRule = (rule: string) => get('/api/v2/approval-rules/{approval_rule}', { params: { path: { approval_rule: rule } } })

export const teamsOf = (organization: string) =>
  get('/api/v2/organizations/{organization}/teams', { params: { path: { organization }, query: { 'page[size]': 100 } } })

export const projectsOf = (organization: string, search = '') =>
  get('/api/v2/organizations/{organization}/projects', {
    params: { path: { organization }, query: { 'page[size]': 100, ...(search !== '' && { 'search[name]': search }) } },
  })

export const projectOf = (project: string) => get('/api/v2/projects/{project}', { params: { path: { project } } })

export const templatesOf = (organization: string, search: string) =>
  get('/api/v2/organizations/{organization}/templates', {
    params: { path: { organization }, query: { 'page[size]': 50, ...(search !== '' && { 'search[text]': search }) } },
  })

/** The project that a rule is limited to; empty for the whole organization. */
export function projectIn({ relationships }: Pick<Rule, 'relationships'>): string {
  const linkage = relationships?.['project']?.data
  return linkage && !Array.isArray(linkage) ? linkage.id : ''
}

/** Why the caller cannot change rules of a project, or of the whole organization; null when he can, and until it is known. */
export function useRefusal(organization: string, project: string): string | null {
  const { data } = useQuery(
    get('/api/v2/organizations/{organization}/access-explanations', {
      params: { path: { organization }, query: { permission: MANAGE, ...(project && { scope: project }) } },
    }),
  )
  if (data?.data[0]?.attributes['is-allowed'] ?? true) return null
  return project
    ? `This needs ${MANAGE} in that project. Ask who administers it.`
    : `This needs ${MANAGE} in ${organization}. Whoever administers a single project makes rules on its page.`
}

export const staleRules = [stale('/api/v2/organizations/{organization}/approval-rules'), stale('/api/v2/approval-rules/{approval_rule}')]
