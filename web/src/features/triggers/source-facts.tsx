// The same for those who may not change it, and a line for those who may.
import { addresses } from '@/lib/addresses'
import { Alert } from '@/ui/alert'
import { Commit } from '@/ui/commit'
import { KeyValue } from '@/ui/key-value'
import { Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import type { Workspace } from './queries'

interface SourceFactsProps {
  organization: string
  workspace: Workspace
  refusal: string
}

export function SourceFacts({ organization, workspace, refusal }: SourceFactsProps) {
  const { attributes } = workspace
  const source = attributes['vcs-repo']
  if (!source) return null
  const patterns = [...(attributes['trigger-patterns'] ?? []), ...(attributes['trigger-prefixes'] ?? [])]
  const commit = source['commit-sha']
  return (
    <Stack gap={4}>
      <Alert tone="neutral" icon="lock" title="You may look at this, not change it">
        {refusal}
      </Alert>
      <KeyValue
        width="lg"
        entries={[
          [
            'Repository',
            <Link key="repository" to={addresses.repository(organization, source['repository-id'])}>
              {source['display-identifier']}
            </Link>,
          ],
          source['tags-regex'] ? ['Tags', <code key="tags">{source['tags-regex']}</code>] : ['Branch', source.branch ? <code key="branch">{source.branch}</code> : 'the default one'],
          ['Directory', attributes['working-directory'] ? <code key="directory">{attributes['working-directory']}</code> : 'the top'],
          commit ? ['Newest commit', <Commit key="commit" sha={commit} to={addresses.commit(organization, source['repository-id'], commit)} />] : null,
          ['Commits that count', attributes['file-triggers-enabled'] === false ? 'every one' : patterns.length > 0 ? patterns.join(', ') : 'those that change its directory, or what its code refers to'],
          ['Pull requests', attributes['speculative-enabled'] === false ? 'are not planned' : 'are planned'],
          ['Applies', attributes['apply-policy'] === 'before-merge' ? 'in the pull request, before it is merged' : 'after the merge'],
          ['Forks', attributes['fork-policy'] === 'never' ? 'start nothing' : 'are planned without secrets once somebody allowed it'],
        ]}
      />
    </Stack>
  )
}
