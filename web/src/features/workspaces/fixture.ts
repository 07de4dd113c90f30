// A workspace for tests, as the API answers.
import type { WorkspaceRow } from './queries'

const EVERYTHING: WorkspaceRow['attributes']['permissions'] = {
  'can-update': true,
  'can-destroy': true,
  'can-queue-run': true,
  'can-queue-apply': true,
  'can-queue-destroy': true,
  'can-lock': true,
  'can-force-unlock': true,
  'can-read-variable': true,
  'can-update-variable': true,
  'can-read-state-versions': true,
  'can-read-state-outputs': true,
  'can-create-state-versions': true,
}

/** What somebody with the role `read` may do. */
export const READER: WorkspaceRow['attributes']['permissions'] = {
  ...EVERYTHING,
  'can-update': false,
  'can-destroy': false,
  'can-queue-run': false,
  'can-queue-apply': false,
  'can-queue-destroy': false,
  'can-lock': false,
  'can-force-unlock': false,
  'can-update-variable': false,
  'can-read-state-versions': false,
  'can-create-state-versions': false,
}

export function workspaceCalled(name: string, changes: Partial<WorkspaceRow['attributes']> = {}): WorkspaceRow {
  return {
    id: `ws-${name.padEnd(16, '0').slice(0, 16)}`,
    type: 'workspaces',
    attributes: {
      name,
      description: null,
      'execution-mode': 'remote',
      engine: 'opentofu',
      'terraform-version': 'latest',
      'working-directory': '',
      'auto-apply': false,
      'allow-destroy-plan': true,
      'global-remote-state': false,
      locked: false,
      'resource-count': 0,
      tags: [],
      'created-at': '2026-11-21T06:00:00.000Z',
      'updated-at': '2026-11-21T06:00:00.000Z',
      'latest-change-at': '2026-11-21T06:00:00.000Z',
      permissions: EVERYTHING,
      ...changes,
    } as WorkspaceRow['attributes'],
    relationships: { project: { data: { id: 'prj-1', type: 'projects' } }, 'current-state-version': { data: null } },
  }
}

/** A page of a list. */
export function listOf<Row>(data: readonly Row[]) {
  const pagination = { 'current-page': 1, 'page-size': 50, 'prev-page': null, 'next-page': null, 'total-pages': 1, 'total-count': data.length }
  return { data, links: {}, meta: { pagination } }
}
