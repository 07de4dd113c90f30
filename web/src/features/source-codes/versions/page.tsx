// One version: how far it is published, what it means for those before it, what it asks for, and whether its ref moved on.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useAllowed } from '@/api/allowed'
import { toApiError } from '@/api/errors'
import { call } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { useParam } from '@/lib/search'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Badge } from '@/ui/badge'
import { Button, IconButton } from '@/ui/button'
import { Commit } from '@/ui/commit'
import { Row, Stack } from '@/ui/layout'
import { Link } from '@/ui/link'
import { Menu } from '@/ui/menu'
import { Section } from '@/ui/section'
import { Status } from '@/ui/status'
import { Facts } from '@/ui/text'
import { Time } from '@/ui/time'
import { Breaking } from './breaking'
import { Compare } from './compare'
import { DeleteVersion } from './delete-version'
import { Moved } from './moved'
import { MANAGE_TEMPLATES, named, staleVersions, useOpenVersion, type Version } from './queries'
import { stepsFrom } from './steps'
import { VersionProblems } from './problems'
import { Variables } from './variables'

export default function VersionPage() {
  const { organization, version, etag } = useOpenVersion()
  const template = useParam('template')
  const { attributes } = version
  const refusal = useAllowed(organization).refusal(MANAGE_TEMPLATES)
  const [isDeleting, setDeleting] = useState(false)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const refresh = () => Promise.all(staleVersions.map((queryKey) => queries.invalidateQueries({ queryKey })))
  const publish = useMutation({
    mutationFn: (lifecycle: Version['attributes']['lifecycle']) =>
      call('patch', '/api/v2/source-code-versions/{source_code_version}', {
        params: { path: { source_code_version: version.id } },
        body: { data: { type: 'source-code-versions', attributes: { lifecycle } } },
        ...(etag && { headers: { 'if-match': etag } }),
      }),
    onSettled: refresh,
  })
  const [first, ...others] = stepsFrom(attributes.lifecycle)
  const cannotActivate = attributes.status === 'failed' ? 'Its module cannot be read: mend it, and make a version of what is mended.' : null
  const list = addresses.template(organization, template, 'versions')
  return (
    <>
      <Section
        title={
          <Row gap={2} isWrapping>
            <code>{attributes.ref}</code>
            <Status of="lifecycle" value={attributes.lifecycle} isBadge />
            {attributes['is-recommended'] && <Badge>recommended</Badge>}
          </Row>
        }
        actions={
          <>
            <Menu
              trigger={<IconButton icon="more" label="More actions of the version" size="md" />}
              groups={[
                { items: others.map((step) => ({ title: step.verb, icon: step.icon, onSelect: () => publish.mutate(step.to), disabledReason: refusal })) },
                { items: [{ title: 'Delete…', icon: 'trash' as const, isDanger: true, onSelect: () => setDeleting(true), disabledReason: refusal }] },
              ].filter(({ items }) => items.length > 0)}
            />
            {first && (
              <Button icon={first.icon} look={first.to === 'active' ? 'primary' : 'default'} isBusy={publish.isPending} disabledReason={refusal ?? (first.to === 'active' ? cannotActivate : null)} onClick={() => publish.mutate(first.to)}>
                {first.verb}
              </Button>
            )}
          </>
        }
      >
        <Stack gap={3}>
          <Facts>
            {[
              <Link key="all" to={list} look="plain">
                All versions
              </Link>,
              <span key="from">
                {attributes['source-code']}
                {attributes.directory && `: ${attributes.directory}`}
              </span>,
              <Commit key="commit" sha={attributes.commit} />,
              <span key="made">
                made <Time at={attributes['created-at']} />
              </span>,
              attributes.description || null,
            ]}
          </Facts>
          {publish.error && <ErrorNotice error={toApiError(publish.error)} />}
          {attributes.problems.length > 0 && <VersionProblems version={version} />}
          {attributes['is-ref-gone'] && (
            <Alert tone="warning" title={`${attributes.ref} is not in the repository any more`}>
              The code of this version is kept here, and stays as it is.
            </Alert>
          )}
          {attributes['moved-to'] && <Moved version={version} etag={etag} refusal={refusal} onDone={refresh} />}
        </Stack>
      </Section>
      <Breaking version={version} etag={etag} refusal={refusal} onDone={refresh} />
      <Variables organization={organization} version={version} etag={etag} refusal={refusal} onDone={refresh} />
      <Compare organization={organization} template={template} version={version} />
      {isDeleting && (
        <DeleteVersion
          name={named(version)}
          id={version.id}
          etag={etag}
          onClose={() => setDeleting(false)}
          onDone={async () => {
            await navigate({ to: list })
            await refresh()
          }}
        />
      )}
    </>
  )
}
