// The same run once more: what the form to start one begins with. Pure.
import type { NewRunValues, Operation } from '../start/new-run'
import { relatedId, type Run } from './queries'

export function againOf(run: Run): Partial<NewRunValues> {
  const { attributes } = run
  return {
    operation: operationOf(run),
    message: attributes.message,
    'target-addrs': attributes['target-addrs'].join('\n'),
    'replace-addrs': attributes['replace-addrs'].join('\n'),
    refresh: attributes.refresh,
    variables: attributes.variables,
    configuration: relatedId(run, 'configuration-version'),
  }
}

function operationOf({ attributes }: Run): Operation {
  if (attributes['is-destroy']) return 'destroy'
  if (attributes['refresh-only']) return 'refresh'
  return attributes['plan-only'] ? 'plan' : 'apply'
}
