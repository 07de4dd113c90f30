// Who the caller is on this site.
import { useSuspenseQuery } from '@tanstack/react-query'
import { get } from '@/api/query'
import { KeyValue } from '@/ui/key-value'
import { PageHead } from '@/ui/page-head'

export default function Profile() {
  const { data: document } = useSuspenseQuery(get('/api/v2/account/details'))
  const user = document.data.attributes
  return (
    <>
      <PageHead title="Profile" meta={user['is-site-admin'] ? 'You administer this site.' : undefined} />
      <KeyValue
        entries={[
          ['Name', user.username],
          ['Mail', user.email ?? 'none'],
          ['Second factor', user['two-factor']?.verified ? 'on' : 'off'],
        ]}
      />
    </>
  )
}
