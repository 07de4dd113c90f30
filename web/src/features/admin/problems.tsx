// What needs somebody, the worst first, each with the way to what can be done about it.
import type { Schema } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { Alert } from '@/ui/alert'
import { LinkButton } from '@/ui/button'
import { Stack } from '@/ui/layout'
import { Sentence } from '@/ui/text'
import type { WorkState } from './queue-search'

type Problem = Schema<'SiteProblem'>

interface Look {
  readonly title: string
  readonly tone: 'danger' | 'warning' | 'info'
  readonly link?: { readonly text: string; readonly page: 'queue' | 'keys'; readonly state?: WorkState }
}

const LOOKS: Readonly<Record<string, Look>> = {
  'dead-items': { title: 'Work failed too often', tone: 'danger', link: { text: 'Look at it', page: 'queue', state: 'dead' } },
  'silent-holders': { title: 'Somebody who has work fell silent', tone: 'warning', link: { text: 'Which work', page: 'queue', state: 'leased' } },
  'no-runner': { title: 'Work waits for a runner', tone: 'warning', link: { text: 'Which work', page: 'queue', state: 'queued' } },
  'no-backup': { title: 'No backup is known', tone: 'info', link: { text: 'How to make one', page: 'keys' } },
  'old-backup': { title: 'The last backup is old', tone: 'warning', link: { text: 'How to make one', page: 'keys' } },
  'key-rotation': { title: 'A rotation of keys stands still', tone: 'warning', link: { text: 'Which keys', page: 'keys' } },
}

export function Problems({ problems }: { problems: readonly Problem[] }) {
  if (problems.length === 0) return <Alert tone="success" title="Nothing needs anybody" />
  return (
    <Stack gap={2}>
      {problems.map(({ code, detail }) => {
        const { title, tone, link } = LOOKS[code] ?? { title: sentence(code), tone: 'warning' }
        const action = link && (
          <LinkButton size="sm" to={addresses.admin(link.page)} {...(link.state && { search: { state: link.state } as never })}>
            {link.text}
          </LinkButton>
        )
        return (
          <Alert key={code + detail} tone={tone} title={title} action={action}>
            <Sentence text={detail} />
          </Alert>
        )
      })}
    </Stack>
  )
}

function sentence(code: string): string {
  const text = code.replaceAll('-', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
