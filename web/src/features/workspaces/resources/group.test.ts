import { expect, test } from 'vitest'
import { partsOf } from './address'
import { grouped, matching } from './group'

test.each([
  ['aws_vpc.main', { module: '', type: 'aws_vpc', name: 'main', isData: false }],
  ['data.aws_ami.base', { module: '', type: 'aws_ami', name: 'base', isData: true }],
  ['module.a.module.b["x.y"].null_resource.c', { module: 'module.a.module.b["x.y"]', type: 'null_resource', name: 'c', isData: false }],
  ['module.a["q]."].data.http.b', { module: 'module.a["q]."]', type: 'http', name: 'b', isData: true }],
])('%s is taken apart', (address, parts) => {
  expect(partsOf(address)).toEqual(parts)
})

const provider = 'registry.opentofu.org/hashicorp/aws'
const resources = [
  { address: 'module.network.aws_subnet.a', provider, count: 3 },
  { address: 'data.aws_ami.base', provider, count: 1 },
  { address: 'aws_vpc.main', provider, count: 1 },
]

test('resources are grouped by module, the top first, data sources last and not counted', () => {
  const groups = grouped(matching(resources, ''), 'module')
  expect(groups.map(({ title, instances }) => [title, instances])).toEqual([
    ['', 1],
    ['module.network', 3],
  ])
  expect(groups[0]?.resources.map(({ address }) => address)).toEqual(['aws_vpc.main', 'data.aws_ami.base'])
})

test('numbers in names are in their order', () => {
  const many = ['aws_vpc.r10', 'aws_vpc.r2'].map((address) => ({ address, provider, count: 1 }))
  expect(grouped(matching(many, ''), 'type')[0]?.resources.map(({ address }) => address)).toEqual(['aws_vpc.r2', 'aws_vpc.r10'])
})

test('resources are found by address and provider', () => {
  expect(matching(resources, 'SUBNET').map(({ address }) => address)).toEqual(['module.network.aws_subnet.a'])
  expect(matching(resources, 'hashicorp/aws')).toHaveLength(3)
})
