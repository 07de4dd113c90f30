// Who can be asked about and given roles: people, teams and accounts of programs.
import { useQuery } from '@tanstack/react-query'
import type { ComboboxOption } from '@/ui/combobox'
import { related } from '../queries'
import { members, serviceAccounts, teams } from './queries'

/** Those that can be listed, for callers who may; others can be named by hand. */
export function useSubjects(organization: string, enabled = true): readonly ComboboxOption[] {
  const people = useQuery({ ...members(organization), enabled }).data?.data ?? []
  const groups = useQuery({ ...teams(organization), enabled }).data?.data ?? []
  const programs = useQuery({ ...serviceAccounts(organization), enabled }).data?.data ?? []
  return [
    ...people.flatMap((membership) => {
      const user = related(membership, 'user')
      const { username, email } = membership.attributes
      return user && username ? [{ value: user, text: username, icon: 'user' as const, ...(email && { detail: email }) }] : []
    }),
    ...groups.map(({ id, attributes }) => ({ value: id, text: attributes.name, icon: 'team' as const, detail: 'team' })),
    ...programs.map(({ id, attributes }) => ({ value: id, text: attributes.name, icon: 'bot' as const, detail: 'service account' })),
  ]
}

/** What an id is of, as marks show it. */
export function kindOf(id: string): 'user' | 'team' | 'service-account' {
  if (id.startsWith('team-')) return 'team'
  return id.startsWith('user-') ? 'user' : 'service-account'
}
