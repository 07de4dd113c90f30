// Who the caller is on this site, and how the console looks for him.
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { call, get, type Schema, stale } from '@/api/query'
import { Alert } from '@/ui/alert'
import { Form } from '@/ui/form'
import { KeyValue } from '@/ui/key-value'
import { Anchor } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import { Segmented } from '@/ui/segmented'
import { Tag } from '@/ui/tag'
import { TextInput } from '@/ui/text-input'
import { Time } from '@/ui/time'
import { useForm } from '@/ui/use-form'
import { type ThemeChoice, useTheme } from '@/ui/use-theme'

export default function Profile() {
  const { data: document } = useSuspenseQuery(get('/api/v2/account/details'))
  const user = document.data.attributes
  return (
    <>
      <PageHead
        title="Profile"
        meta="Your name stands beside what you do; your mail address is seen by you and by administrators of the site."
      />
      {!user.email && (
        <Alert tone="info" title="You have no mail address here">
          Without one a forgotten password can only be reset by an administrator of the site.
        </Alert>
      )}
      <Section title="You">
        <Details key={`${user.username} ${user.email}`} user={user} />
      </Section>
      <Section title="Theme" about="Kept in this browser.">
        <Theme />
      </Section>
      <Section title="On this site" isRuled>
        <KeyValue
          width="lg"
          entries={[
            ['Id', <code key="id">{document.data.id}</code>],
            ['Role at the site', user['is-site-admin'] ? <Tag key="admin">administrator</Tag> : 'none'],
            ['Second factor', user['two-factor']?.verified ? 'on' : 'off'],
            user['last-signed-in-at'] ? ['Signed in', <Time key="at" at={user['last-signed-in-at']} />] : null,
          ]}
        />
      </Section>
    </>
  )
}

function Details({ user }: { user: Schema<'User'> }) {
  const queries = useQueryClient()
  const form = useForm({
    initial: { username: user.username as string, email: user.email ?? '' },
    submit: ({ username, email }) =>
      call('patch', '/api/v2/account/update', {
        body: { data: { type: 'users', attributes: { username, email: email.trim() === '' ? null : email.trim() } } },
      }),
    onDone: () => void queries.invalidateQueries({ queryKey: stale('/api/v2/account/details') }),
  })
  return (
    <Form form={form} submit="Save" disabledReason={form.isChanged ? null : 'Nothing is changed yet.'}>
      <TextInput label="Name" {...form.field('username')} isMono autoComplete="username" />
      <TextInput
        label="Mail address"
        type="email"
        isOptional
        autoComplete="email"
        {...form.field('email')}
        help={
          <>
            Links to reset a password go only to an address that you have shown to read.
            {user.email && (
              <>
                {' '}
                <Anchor href="/account">Send a link to verify it</Anchor>
              </>
            )}
          </>
        }
      />
    </Form>
  )
}

const THEMES: readonly { readonly value: ThemeChoice; readonly text: string }[] = [
  { value: 'auto', text: 'As the system' },
  { value: 'light', text: 'Light' },
  { value: 'dark', text: 'Dark' },
]

function Theme() {
  const { choice, choose } = useTheme()
  return <Segmented label="Theme" value={choice} options={THEMES} onChange={choose} />
}
