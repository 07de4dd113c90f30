// The repositories that a forge offers: found by name, within groups, page by page.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useState } from 'react'
import { toApiError } from '@/api/errors'
import { get, type ResourceOf } from '@/api/query'
import { useSettled } from '@/lib/delayed'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Combobox } from '@/ui/combobox'
import { EmptyState } from '@/ui/empty-state'
import { Icon } from '@/ui/icon'
import { Row } from '@/ui/layout'
import { Pager } from '@/ui/pager'
import { type Column, Table } from '@/ui/table'
import { Tag } from '@/ui/tag'
import { Text } from '@/ui/text'
import { TextInput } from '@/ui/text-input'
import styles from '../repositories.module.css'
import type { PickSearch } from './search'

type Offered = ResourceOf<'ForgeRepository'>

interface ForgeListProps {
  integration: ResourceOf<'Integration'>
  search: PickSearch
  onSearch: (changes: Partial<PickSearch>, options?: { replace?: boolean }) => unknown
  onPick: (identifier: string) => void
  refusal: string | null
  /** The one that is being connected. */
  busy: string | null
}

export function ForgeList({ integration, search, onSearch, onPick, refusal, busy }: ForgeListProps) {
  const path = { integration: integration.id }
  const query = {
    ...(search.find && { 'search[name]': search.find }),
    ...(search.group && { 'filter[group]': search.group }),
    ...(search.page && { 'page[number]': search.page }),
    'page[size]': 20,
  }
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...get('/api/v2/integrations/{integration}/forge-repositories', { params: { path, query } }),
    placeholderData: (before) => before,
    retry: false,
  })
  const groups = useQuery({ ...get('/api/v2/integrations/{integration}/forge-groups', { params: { path } }), retry: false }).data?.data ?? []
  const rows = data?.data as readonly Offered[] | undefined
  return (
    <div className={styles.finder}>
      <div className={styles.finderBar}>
        <Find value={search.find ?? ''} onChange={(find) => onSearch({ find: find || undefined, page: undefined }, { replace: true })} />
        <Combobox
          label="Group"
          isLabelHidden
          value={search.group ?? ''}
          onChange={(group) => onSearch({ group: group || undefined, page: undefined })}
          options={groups.map(({ attributes }) => ({ value: attributes.name, icon: 'team' as const }))}
          placeholder="All groups"
        />
      </div>
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Repositories of the forge"
          rows={rows}
          rowKey={({ id }) => id}
          columns={columns(onPick, refusal, busy)}
          isOff={({ attributes }) => attributes['is-archived']}
          isStale={isPlaceholderData}
          hasKeys={false}
          expected={6}
          empty={
            <EmptyState title={search.find || search.group ? 'No repository is called like that' : 'The forge offers no repository'}>
              {integration.attributes.account
                ? `${integration.attributes.account} sees none at ${integration.attributes['kind-title']}. Give it access there, or look in another group.`
                : 'Give the account of the integration access to one there.'}
            </EmptyState>
          }
        />
      )}
      <Pager meta={data?.meta} shown={rows?.length ?? 0} onPage={(page) => onSearch({ page })} />
    </div>
  )
}

function Find({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const [typed, setTyped] = useState(value)
  const settled = useSettled(typed, 250)
  const report = useEffectEvent(onChange)
  const known = useEffectEvent(() => value)
  useEffect(() => {
    if (settled !== known()) report(settled)
  }, [settled])
  return <TextInput label="Find by name" isLabelHidden type="search" icon="search" placeholder="Find by name" value={typed} onChange={setTyped} />
}

function columns(onPick: (identifier: string) => void, refusal: string | null, busy: string | null): readonly Column<Offered>[] {
  return [
    {
      key: 'name',
      title: 'Repository',
      narrow: 'first',
      cell: ({ attributes }) => (
        <Row gap={2}>
          <Icon name={attributes['is-private'] ? 'lock' : 'globe'} size={14} label={attributes['is-private'] ? 'private' : 'public'} />
          <Text isStrong>{attributes['full-name']}</Text>
          {attributes['is-archived'] && <Tag isLine>archived</Tag>}
        </Row>
      ),
    },
    {
      key: 'description',
      title: 'What for',
      isWide: true,
      narrow: 'second',
      cell: ({ attributes }) => (
        <Text level={2} isCut>
          {attributes.description ?? ''}
        </Text>
      ),
    },
    {
      key: 'pick',
      title: '',
      align: 'end',
      narrow: 'end',
      cell: ({ attributes }) => (
        <Button
          size="sm"
          isBusy={busy === attributes['full-name']}
          disabledReason={refusal}
          aria-label={`Choose ${attributes['full-name']}`}
          onClick={() => onPick(attributes['full-name'])}
        >
          Choose
        </Button>
      ),
    },
  ]
}
