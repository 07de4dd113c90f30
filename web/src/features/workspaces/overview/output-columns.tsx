// The columns of the outputs: values are shown, copied, revealed.
import type { ResourceOf } from '@/api/query'
import { Button, IconButton } from '@/ui/button'
import { CopyButton } from '@/ui/copy-button'
import type { Column } from '@/ui/table'
import { Sensitive } from '@/ui/tag'
import { Text } from '@/ui/text'
import styles from './overview.module.css'

export type Output = ResourceOf<'StateOutput'>

interface OutputColumnsOptions {
  /** Values of secrets that were revealed, by the output's id. */
  shown: Readonly<Record<string, unknown>>
  cannotReveal: string | null
  onReveal: (output: Output) => void
  onHide: (id: string) => void
}

export function outputColumns(options: OutputColumnsOptions): readonly Column<Output>[] {
  const { shown } = options
  return [
    { key: 'name', title: 'Name', narrow: 'first', cell: ({ attributes }) => <Text isMono>{attributes.name}</Text> },
    {
      key: 'type',
      title: 'Type',
      cell: ({ attributes }) => (
        <Text isMono level={3}>
          {attributes.type}
        </Text>
      ),
    },
    {
      key: 'value',
      title: 'Value',
      isWide: true,
      narrow: 'second',
      cell: ({ id, attributes }) => {
        if (id in shown) return <Value value={shown[id]} />
        return attributes.sensitive ? <Sensitive /> : <Value value={attributes.value} />
      },
    },
    { key: 'do', title: '', align: 'end', narrow: 'end', cell: (output) => <OutputAction output={output} {...options} /> },
  ]
}

function OutputAction({ output, shown, cannotReveal, onReveal, onHide }: OutputColumnsOptions & { output: Output }) {
  const { name, sensitive, value } = output.attributes
  if (!sensitive) return <CopyButton text={textOf(value)} what={name} />
  if (output.id in shown) {
    return (
      <Button size="sm" look="quiet" onClick={() => onHide(output.id)}>
        Hide
      </Button>
    )
  }
  return <IconButton icon="eye" label={`Reveal ${name}…`} disabledReason={cannotReveal} onClick={() => onReveal(output)} />
}

function Value({ value }: { value: unknown }) {
  const text = textOf(value)
  const isLong = typeof value === 'object' && text.length > 80
  if (!isLong) return <Text isMono>{text}</Text>
  return (
    <details className={styles.long}>
      <summary>
        <Text isMono level={2}>
          {Array.isArray(value) ? `[ ${value.length} ]` : `{ ${Object.keys(value ?? {}).join(', ')} }`}
        </Text>
      </summary>
      <pre>{JSON.stringify(value, null, 2)}</pre>
    </details>
  )
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
