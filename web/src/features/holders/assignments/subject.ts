// Who holds roles: a team or a service account.

export interface Subject {
  readonly kind: 'team' | 'service-account'
  readonly id: string
  readonly name: string
}

/** Where a role can be held. */
export const PLACES = ['organization', 'project', 'workspace'] as const

export type Place = (typeof PLACES)[number]
