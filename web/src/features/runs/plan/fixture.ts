// A small plan in the server's shape, for tests: two modules, every risk, an output, drift.
import type { PlanChange, PlanChanges } from './wire'

export const PLAN: PlanChanges = {
  format: 1,
  'engine-version': '1.12.6',
  'is-errored': false,
  total: 9,
  counts: { delete: 1, replace: 1, forget: 0, update: 1, create: 2, import: 0, move: 0, read: 1, 'no-op': 1, unknown: 0, drift: 1, outputs: 1 },
  actions: ['delete', 'delete-then-create', 'create-then-delete', 'forget-then-create', 'unknown', 'forget', 'update', 'create', 'import', 'move', 'read', 'no-op'],
  modules: ['module.database', ''],
  types: [
    { name: 'aws_db_instance', mode: 'managed', provider: 'registry.opentofu.org/hashicorp/aws' },
    { name: 'aws_security_group', mode: 'managed', provider: 'registry.opentofu.org/hashicorp/aws' },
    { name: 'aws_vpc', mode: 'data', provider: 'registry.opentofu.org/hashicorp/aws' },
  ],
  names: ['primary', 'replica', 'db', 'network'],
  reasons: [
    { word: '', text: '' },
    { word: 'replace_because_cannot_update', text: 'cannot be changed in place' },
    { word: 'delete_because_no_resource_config', text: 'no longer in the configuration' },
  ],
  'replace-paths': [[], ['storage_encrypted']],
  groups: [
    { module: 0, 'is-drift': false, start: 0, count: 4, counts: { delete: 1, replace: 1, create: 2 } },
    { module: 1, 'is-drift': false, start: 4, count: 3, counts: { update: 1, read: 1, 'no-op': 1 } },
    { module: 0, 'is-drift': true, start: 7, count: 1, counts: { update: 1 } },
  ],
  changes: {
    action: [0, 1, 7, 7, 6, 10, 11, 6],
    type: [1, 0, 0, 0, 1, 2, 1, 0],
    name: [2, 0, 1, 1, 2, 3, 3, 0],
    key: [null, null, 'eu-west-1a', 1, null, null, null, null],
    reason: [2, 1, 0, 0, 0, 0, 0, 0],
    'replace-paths': [0, 1, 0, 0, 0, 0, 0, 0],
  },
  notes: {},
  outputs: [{ number: 8, name: 'endpoint', action: 'update', 'is-sensitive': false }],
}

export const REPLACED: PlanChange = {
  number: 1,
  address: 'module.database.aws_db_instance.primary',
  module: 'module.database',
  mode: 'managed',
  type: 'aws_db_instance',
  name: 'primary',
  key: null,
  provider: 'registry.opentofu.org/hashicorp/aws',
  action: 'delete-then-create',
  'is-drift': false,
  reason: { word: 'replace_because_cannot_update', text: 'cannot be changed in place' },
  'replace-paths': ['storage_encrypted'],
  changed: [
    { path: ['storage_encrypted'], name: 'storage_encrypted', 'forces-replacement': true, before: { kind: 'value', value: false }, after: { kind: 'value', value: true } },
    { path: ['address'], name: 'address', 'forces-replacement': false, before: { kind: 'value', value: 'db.internal' }, after: { kind: 'unknown' } },
    { path: ['password'], name: 'password', 'forces-replacement': false, before: { kind: 'sensitive' }, after: { kind: 'sensitive' } },
  ],
  'changed-count': 3,
  unchanged: [{ path: ['id'], name: 'id', value: { kind: 'value', value: 'orders-db' } }],
  'unchanged-count': 41,
  'is-cut': false,
}
