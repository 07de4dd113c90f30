// What the living page shows: made up, and the same as in the pages' designs.

const loaded = Date.now()

/** The moment so many seconds before the page was loaded. */
export const ago = (seconds: number) => new Date(loaded - seconds * 1_000).toISOString()

export interface ExampleRow {
  readonly id: string
  readonly name: string
  readonly status: 'planned' | 'errored' | 'drifted' | 'applying' | 'never' | 'in-sync'
  readonly detail?: string
  readonly project: string
  readonly resources: number
  readonly changedAt: string
}

export const rows: readonly ExampleRow[] = [
  { id: '1', name: 'shop-prod-orders-db', status: 'planned', detail: '2 replaced, 1 destroyed', project: 'shop', resources: 48, changedAt: ago(240) },
  { id: '2', name: 'shop-preview-env', status: 'errored', detail: 'Quota of vCPUs reached in eu-west-1', project: 'shop', resources: 0, changedAt: ago(540) },
  { id: '3', name: 'shop-prod-cdn', status: 'drifted', detail: '1 resource changed outside', project: 'shop', resources: 26, changedAt: ago(21_600) },
  { id: '4', name: 'data-prod-ingest', status: 'applying', detail: '14 of 22', project: 'data', resources: 118, changedAt: ago(60) },
  { id: '5', name: 'sandbox-dana', status: 'never', project: 'sandbox', resources: 0, changedAt: ago(260_000) },
  { id: '6', name: 'shop-prod-network', status: 'in-sync', project: 'shop', resources: 84, changedAt: ago(900_000) },
]

export const before = `resource "aws_db_instance" "primary" {
  identifier        = "orders"
  engine            = "postgres"
  engine_version    = "15.8"
  instance_class    = "db.r6g.large"
  multi_az          = true
}`

export const after = `resource "aws_db_instance" "primary" {
  identifier        = "orders"
  engine            = "postgres"
  engine_version    = "16.4"
  instance_class    = "db.r6g.large"
  multi_az          = true
  storage_encrypted = true # from now on
}`

export const frame = `  40:   engine_version = var.engine_version
  41:   kms_key_id     = aws_kms_key.storag.arn
  42: }`
