// What people write at length, lists in forms, and how things hang together.
import { useState } from 'react'
import { Graph } from '@/ui/graph'
import { Markdown } from '@/ui/markdown'
import { Rows } from '@/ui/rows'
import { TextInput } from '@/ui/text-input'
import { Specimen } from './specimen'

const TEXT = `# Before it is ordered

Backups are kept for **30 days**. See [the manual](https://www.postgresql.org/docs/), and \`size\` below.

- [x] A network
- [ ] Somebody on call

| Size | Memory |
| --- | --- |
| small | 2 GiB |
`

const NODES = [
  { id: 'region', title: 'Region', detail: 'region · group', icon: 'template', to: '/app/components', isDashed: true, says: 'A group.' },
  { id: 'network', title: 'Network', detail: 'network', icon: 'template', to: '/app/components', isCurrent: true, says: 'Stands on Region, exactly one.' },
  { id: 'cluster', title: 'Cluster', detail: 'cluster', icon: 'template', to: '/app/components', says: 'Stands on Network, exactly one.' },
  { id: 'cache', title: 'Cache', detail: 'cache · disabled', icon: 'template', to: '/app/components', isOff: true, says: 'Stands on Network or Cluster.' },
] as const

const LINES = [
  { from: 'region', to: 'network' },
  { from: 'network', to: 'cluster', label: '1–3' },
  { from: 'network', to: 'cache', label: 'one of place', isDashed: true },
  { from: 'cluster', to: 'cache', label: 'one of place', isDashed: true },
]

export function DocumentSpecimens() {
  return (
    <>
      <Specimen name="Markdown" rule="What people write at length. It never becomes HTML: tags are shown, pictures are links.">
        <Markdown text={TEXT} />
      </Specimen>
      <Specimen name="Rows" rule="A list of things in a form. Only the first row has labels; what concerns no single field stands below.">
        <ExampleRows />
      </Specimen>
      <Specimen name="Graph" rule="What stands on what, in columns. Every node is a link; arrow keys follow the lines. Show the same as a list beside it.">
        <Graph label="Network and what hangs together with it" nodes={NODES} lines={LINES} />
      </Specimen>
    </>
  )
}

function ExampleRows() {
  const [rows, setRows] = useState<readonly { row: number; output: string; variable: string }[]>([{ row: 0, output: 'url', variable: 'DATABASE_URL' }])
  return (
    <Rows
      label="Outputs"
      rows={rows}
      onChange={setRows}
      blank={{ output: '', variable: '' }}
      add="Add an output"
      nameOf={({ output }, at) => `output ${output || at + 1}`}
      error={rows.length === 0 ? 'At least one output.' : undefined}
    >
      {(row, set, at) => (
        <>
          <TextInput label="Output" isMono isLabelHidden={at > 0} value={row.output} onChange={(output) => set({ output })} />
          <TextInput label="Variable" isMono isLabelHidden={at > 0} value={row.variable} onChange={(variable) => set({ variable })} />
        </>
      )}
    </Rows>
  )
}
