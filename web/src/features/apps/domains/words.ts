// Domains, certificates and what the router takes, in words; pure.
import type { Schema } from '@/api/query'
import type { Domain, Routing } from './queries'

export const PROOFS: Readonly<Record<Schema<'AppDomainProof'>, string>> = {
  dns: 'by its record',
  http: 'because it leads here',
  approval: 'an administrator of the site said so',
  setting: 'names like this count on this site',
}

export const ORIGINS: Readonly<Record<Schema<'AppCertificateOrigin'>, string>> = { acme: 'got by itself', uploaded: 'uploaded' }

/** Why there is no certificate for it, or why the next one is not there; empty where nothing is to be said. */
export function whyNoCertificate({ attributes }: Pick<Domain, 'attributes'>): string {
  return attributes['is-verified'] ? attributes.issuance.reason : ''
}

const DAY_MS = 86_400_000

/** Whether it ends within three weeks, or ended: somebody or something has to renew it. */
export function isEnding(notAfter: string, now: number): boolean {
  return Date.parse(notAfter) - now < 21 * DAY_MS
}

const MEBIBYTE = 1_048_576

export interface Limits {
  /** In MiB; empty for what the site has, as the others. */
  readonly 'most-bytes': string
  readonly 'patience-seconds': string
  readonly 'most-requests': string
  readonly redirect: Schema<'AppRedirect'>
}

/** As the form has them. */
export function limitsOf({ attributes }: Pick<Routing, 'attributes'>): Limits {
  const shown = (value: number, of = 1) => (value > 0 ? String(value / of) : '')
  return {
    'most-bytes': shown(attributes['most-bytes'], MEBIBYTE),
    'patience-seconds': shown(attributes['patience-seconds']),
    'most-requests': shown(attributes['most-requests']),
    redirect: attributes.redirect,
  }
}

/** What differs, as the API takes it. */
export function limitChanges(before: Limits, after: Limits): Schema<'AppRoutingChanges'> {
  const has = (name: keyof Limits) => before[name].trim() !== after[name].trim()
  const number = (name: keyof Limits, of = 1) => Math.round(Number(after[name]) * of)
  return {
    ...(has('most-bytes') && { 'most-bytes': number('most-bytes', MEBIBYTE) }),
    ...(has('patience-seconds') && { 'patience-seconds': number('patience-seconds') }),
    ...(has('most-requests') && { 'most-requests': number('most-requests') }),
    ...(has('redirect') && { redirect: after.redirect }),
  }
}

/** What is wrong with them, by field. */
export function limitProblems(limits: Limits): Partial<Record<keyof Limits, string>> {
  const is = (text: string, isWhole: boolean) => text.trim() === '' || (Number(text) >= 0 && (!isWhole || Number.isInteger(Number(text))))
  return {
    ...(!is(limits['most-bytes'], false) && { 'most-bytes': 'Write a number of MiB, or nothing.' }),
    ...(!is(limits['patience-seconds'], true) && { 'patience-seconds': 'Write a whole number of seconds, or nothing.' }),
    ...(!is(limits['most-requests'], true) && { 'most-requests': 'Write a whole number, or nothing.' }),
  }
}
