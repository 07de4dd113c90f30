// A new run as a request and as a command.
import { expect, test } from 'vitest'
import { addressesOf, attributesOf, commandOf, NEW_RUN, relationshipsOf } from './new-run'

test('addresses come one a line or with commas, but commas of a key stay', () => {
  expect(addressesOf(' module.a \n\naws_x.y["a,b"], aws_z.q[0]')).toEqual(['module.a', 'aws_x.y["a,b"]', 'aws_z.q[0]'])
})

test('the request says only what differs from the workspace', () => {
  expect(attributesOf({ ...NEW_RUN, workspace: 'shop' })).toEqual({ source: 'ui', 'is-destroy': false, 'refresh-only': false, 'plan-only': false })
  expect(attributesOf({ ...NEW_RUN, operation: 'plan', refresh: false, message: ' Look ', 'target-addrs': 'module.a' })).toMatchObject({
    'plan-only': true,
    refresh: false,
    message: 'Look',
    'target-addrs': ['module.a'],
  })
})

test('the command quotes what a shell would take apart', () => {
  const command = commandOf({ ...NEW_RUN, workspace: 'shop', operation: 'destroy', message: "Dana's last", 'replace-addrs': 'aws_x.y["a"]' }, 'acme')
  expect(command).toBe(`slipway apply --organization acme -w shop --no-upload --no-wait --destroy --replace 'aws_x.y["a"]' -m 'Dana'\\''s last'`)
})

test('an earlier run is repeated with its files and its values', () => {
  const values = { ...NEW_RUN, workspace: 'shop', configuration: 'cv-1', variables: [{ key: 'size', value: '"big one"' }] }
  expect(commandOf(values, 'acme')).toBe(`slipway apply --organization acme -w shop --configuration cv-1 --no-wait --var 'size="big one"'`)
  expect(attributesOf(values).variables).toEqual(values.variables)
  expect(relationshipsOf(values, 'ws-1')).toEqual({
    workspace: { data: { type: 'workspaces', id: 'ws-1' } },
    'configuration-version': { data: { type: 'configuration-versions', id: 'cv-1' } },
  })
  expect(Object.keys(relationshipsOf({ ...values, configuration: '' }, 'ws-1'))).toEqual(['workspace'])
})
