// Where the other side makes what its form asks for: links beside the form; pure.
import type { Values } from './values'

export interface Help {
  readonly text: string
  readonly href: string
}

/** The pages of the other side for one way in; empty where it has none of its own. */
export function helpOf(kind: string, method: string, values: Values): readonly Help[] {
  const at = (values['url'] ?? '').trim().replace(/\/+$/, '')
  if (!/^https?:\/\/[^/\s]+/.test(at)) return []
  const page = (text: string, path: string): readonly Help[] => [{ text, href: `${at}${path}` }]
  switch (`${kind} ${method}`) {
    case 'gitea token':
      return page('Make a token at the forge', '/user/settings/applications')
    case 'gitea oauth':
      return page('Make an application at the forge', '/user/settings/applications')
    case 'github token':
      return page('Make a fine-grained token at GitHub', '/settings/personal-access-tokens/new')
    case 'github oauth':
      return page('Make an OAuth application at GitHub', '/settings/applications/new')
    case 'gitlab token':
      return page('Make a token at GitLab', '/-/user_settings/personal_access_tokens?scopes=api')
    case 'gitlab oauth':
      return page('Make an application at GitLab', '/-/user_settings/applications')
    case 'bitbucket oauth':
      return values['workspace'] ? page('Make a consumer at Bitbucket', `/${encodeURIComponent(values['workspace'])}/workspace/settings/api`) : []
    case 'bitbucket api-token':
      return [{ text: 'Make an API token at Atlassian', href: 'https://id.atlassian.com/manage-profile/security/api-tokens' }]
    case 'bitbucket-data-center token':
      return page('Make an access token at Bitbucket', '/plugins/servlet/access-tokens/manage')
    case 'azure-devops token':
      return values['organization'] ? page('Make a token at Azure DevOps', `/${encodeURIComponent(values['organization'])}/_usersSettings/tokens`) : []
    default:
      return []
  }
}
