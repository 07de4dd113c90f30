// What is said about storages; pure.
import type { Place } from './queries'

/** What people call the bucket. */
export function bucketName(place: Place): string {
  return place.kind === 'azurerm' ? `${place['storage-account']}/${place.container}` : place.bucket
}

/** Where the bucket is. */
export function whereabouts(place: Place): string {
  return place.kind === 'aws' ? place.region : place.location
}

/** Clouds in words, by the kind of a place. */
export const CLOUDS = { aws: 'Amazon S3', azurerm: 'Azure Blob Storage', gcp: 'Google Cloud Storage' } as const satisfies Record<Place['kind'], string>

/** The kind of places that an integration of this kind makes buckets at. */
export const KIND_OF: Readonly<Record<string, Place['kind']>> = { aws: 'aws', azure: 'azurerm', 'google-cloud': 'gcp' }

/** What a place of each kind is made of: the API's name, the form's label, an example, and a flag of the command. */
export interface PlaceField {
  readonly name: PlaceName
  readonly label: string
  readonly example: string
  readonly help: string
}

export type PlaceName = 'bucket' | 'region' | 'resource-group' | 'storage-account' | 'container' | 'project' | 'location'

const bucket: PlaceField = { name: 'bucket', label: 'Bucket', example: 'acme-states', help: 'A name that nobody in the cloud has yet. A bucket that is there is not taken over.' }

export const FIELDS: Readonly<Record<Place['kind'], readonly PlaceField[]>> = {
  aws: [bucket, { name: 'region', label: 'Region', example: 'eu-central-1', help: 'Where the bucket shall be.' }],
  azurerm: [
    { name: 'resource-group', label: 'Resource group', example: 'states', help: 'It has to exist.' },
    { name: 'storage-account', label: 'Storage account', example: 'acmestates', help: 'A name that nobody in Azure has yet: small letters and digits.' },
    { name: 'container', label: 'Container', example: 'states', help: 'It is made in the storage account.' },
    { name: 'location', label: 'Location', example: 'westeurope', help: 'Where the storage account shall be.' },
  ],
  gcp: [
    { name: 'project', label: 'Project', example: 'acme-platform', help: 'The project’s id.' },
    bucket,
    { name: 'location', label: 'Location', example: 'europe-west3', help: 'A region, or EU, US, ASIA.' },
  ],
}

/** The block with its own path instead of the word that stands for it. */
export function backendAt(backend: string, path: string): string {
  const wanted = path.trim().replaceAll(/^\/+|\/+$/g, '')
  return wanted === '' ? backend : backend.replace('"PATH', () => `"${wanted.replaceAll(/["\\$%\n]/g, '')}`)
}

/** The same from a terminal. */
export function createCommand(name: string, integration: string, kind: Place['kind'] | null, values: Readonly<Record<PlaceName, string>>): string {
  const flags = kind === null ? [] : FIELDS[kind].map((field) => `--${field.name} ${values[field.name].trim() || field.name.toUpperCase()}`)
  return [`slipway storage create ${name.trim() || 'NAME'}`, `--integration ${integration || 'INTEGRATION'}`, ...flags].join(' ')
}
