// Plans and logs of any size, in the shapes of the API, always the same.

const ACTIONS = ['delete', 'delete-then-create', 'create-then-delete', 'forget-then-create', 'unknown', 'forget', 'update', 'create', 'import', 'move', 'read', 'no-op']
const TYPES = [
  ['aws_db_instance', 'managed'],
  ['aws_db_parameter_group', 'managed'],
  ['aws_instance', 'managed'],
  ['aws_security_group_rule', 'managed'],
  ['aws_cloudwatch_metric_alarm', 'managed'],
  ['aws_route53_record', 'managed'],
  ['aws_vpc', 'data'],
]
const kindOf = (action) => (['delete-then-create', 'create-then-delete', 'forget-then-create'].includes(action) ? 'replace' : action)

/** An index of `total` changes in `modules` modules. */
export function planChanges(total, modules = 200) {
  const perModule = Math.ceil(total / modules)
  const changes = { action: [], type: [], name: [], key: [], reason: [], 'replace-paths': [] }
  const groups = []
  const counts = Object.fromEntries(['delete', 'replace', 'forget', 'update', 'create', 'import', 'move', 'read', 'no-op', 'unknown'].map((kind) => [kind, 0]))
  for (let module = 0; module < modules && changes.action.length < total; module++) {
    const start = changes.action.length
    const rows = Array.from({ length: Math.min(perModule, total - start) }, (_, at) => rowOf(module, at))
    rows.sort((left, right) => left.action - right.action || left.type - right.type)
    const groupCounts = {}
    for (const row of rows) {
      const kind = kindOf(ACTIONS[row.action])
      counts[kind] += 1
      groupCounts[kind] = (groupCounts[kind] ?? 0) + 1
      for (const name of Object.keys(changes)) changes[name].push(row[name])
    }
    groups.push({ module, 'is-drift': false, start, count: rows.length, counts: groupCounts })
  }
  return {
    format: 1,
    'engine-version': '1.12.6',
    'is-errored': false,
    total: changes.action.length + 1,
    counts: { ...counts, drift: 0, outputs: 1 },
    actions: ACTIONS,
    modules: Array.from({ length: modules }, (_, at) => (at === 0 ? '' : `module.region["eu-${at}"].module.service`)),
    types: TYPES.map(([name, mode]) => ({ name, mode, provider: 'registry.opentofu.org/hashicorp/aws' })),
    names: Array.from({ length: 5_000 }, (_, at) => `component_${at}`),
    reasons: [
      { word: '', text: '' },
      { word: 'replace_because_cannot_update', text: 'cannot be changed in place' },
      { word: 'delete_because_no_resource_config', text: 'no longer in the configuration' },
    ],
    'replace-paths': [[], ['storage_encrypted']],
    groups,
    changes,
    notes: {},
    outputs: [{ number: changes.action.length, name: 'endpoint', action: 'update', 'is-sensitive': false }],
  }
}

function rowOf(module, at) {
  const share = (at * 7 + module) % 100
  const action = share < 2 ? 0 : share < 4 ? 1 : share < 30 ? 6 : share < 95 ? 7 : share < 97 ? 10 : 11
  return {
    action,
    type: action === 10 ? 6 : (at + module) % 6,
    name: (at * 13 + module * 31) % 5_000,
    key: at % 3 === 0 ? null : at % 3 === 1 ? at : `zone-${at % 9}`,
    reason: action === 0 ? 2 : action === 1 ? 1 : 0,
    'replace-paths': action === 1 ? 1 : 0,
  }
}

/** The details of one change. */
export function planChange(index, number) {
  const { changes } = index
  const action = ACTIONS[changes.action[number]] ?? 'update'
  const value = (text) => ({ kind: 'value', value: text })
  return {
    number,
    address: `module.x.aws_instance.component_${number}`,
    module: '',
    mode: 'managed',
    type: 'aws_instance',
    name: `component_${number}`,
    key: null,
    provider: 'registry.opentofu.org/hashicorp/aws',
    action,
    'is-drift': false,
    'replace-paths': [],
    changed: Array.from({ length: 12 }, (_, at) => ({
      path: [`attribute_${at}`],
      name: `attribute_${at}`,
      'forces-replacement': action === 'delete-then-create' && at === 0,
      before: at === 4 ? { kind: 'sensitive' } : value(`before-${at}`),
      after: at === 3 ? { kind: 'unknown' } : at === 4 ? { kind: 'sensitive' } : value(`after-${at}`),
    })),
    'changed-count': 12,
    unchanged: [{ path: ['id'], name: 'id', value: value(`i-${number}`) }],
    'unchanged-count': 41,
    'is-cut': false,
  }
}

/** Line `number` of a log, from 1. */
export function logLine(number) {
  if (number % 997 === 0) return `\u001b[33m│\u001b[0m \u001b[33mWarning:\u001b[0m \u001b[1mArgument is deprecated\u001b[0m, and this line is long enough to wrap in the panel beside the plan, at ${number}`
  if (number % 10 === 0) return `  \u001b[32m+\u001b[0m resource "aws_instance" "component_${number}" {`
  return `\u001b[0m\u001b[1mmodule.region["eu-${number % 200}"].aws_instance.component_${number}:\u001b[0m Refreshing state... [id=i-${number}]`
}
