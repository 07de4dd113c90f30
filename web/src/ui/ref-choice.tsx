// Which branch or tag is looked at.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { branchesOf, tagsOf } from '@/api/refs'
import { useSettled } from '@/lib/delayed'
import { Combobox } from './combobox'
import { shortSha } from './commit'

interface RefChoiceProps {
  repository: string
  /** Empty for the default branch. */
  value: string
  onChange: (ref: string) => void
  /** Only these; both without it. */
  only?: 'branch' | 'tag'
  /** Stands there for the default branch. */
  placeholder: string
  label?: string
  isLabelHidden?: boolean
  help?: string
  error?: string | undefined
  /** Takes what is no branch or tag as well, a commit: what that is called. */
  createLabel?: string
}

/** Found by typing, on the server; a commit that is looked at stands there short. */
export function RefChoice({ repository, value, onChange, only, placeholder, label = 'Branch or tag', isLabelHidden = true, help, error, createLabel }: RefChoiceProps) {
  const [typed, setTyped] = useState('')
  const search = useSettled(typed, 200)
  const [hasBranches, hasTags] = [only !== 'tag', only !== 'branch']
  const branches = useQuery({ ...branchesOf(repository, search), enabled: hasBranches, placeholderData: (before) => before })
  const tags = useQuery({ ...tagsOf(repository, search), enabled: hasTags, placeholderData: (before) => before })
  const found = [
    ...(hasBranches ? (branches.data?.data ?? []) : []).map(({ attributes }) => ({ value: attributes.name, icon: 'branch' as const, ...(attributes['is-default'] && { detail: 'default' }) })),
    ...(hasTags ? (tags.data?.data ?? []).map(({ attributes }) => ({ value: attributes.name, icon: 'tag' as const })) : []),
  ]
  const isKnown = value === '' || found.some((one) => one.value === value)
  const commit = /^[0-9a-f]{40}$/.test(value)
  return (
    <Combobox
      label={label}
      isLabelHidden={isLabelHidden}
      isMono
      value={value}
      onChange={onChange}
      onSearch={setTyped}
      isLoading={branches.isFetching || tags.isFetching}
      placeholder={placeholder}
      options={isKnown ? found : [{ value, icon: commit ? ('commit' as const) : ('branch' as const), ...(commit && { text: shortSha(value) }) }, ...found]}
      {...(help && { help })}
      {...(createLabel && { createLabel })}
      error={error}
    />
  )
}
