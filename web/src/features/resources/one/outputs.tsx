// What a resource gives. Secrets are not sent before one asks for one by its name, which is recorded.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { toApiError } from '@/api/errors'
import { call } from '@/api/query'
import { ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { CopyButton } from '@/ui/copy-button'
import { Row, Stack } from '@/ui/layout'
import { Section } from '@/ui/section'
import { type Column, Table } from '@/ui/table'
import { Sensitive, Unknown } from '@/ui/tag'
import { Text } from '@/ui/text'
import { type Output, outputsOf, RESOURCE, type Resource } from '../queries'
import { oneOf, typeWords, valueText } from '../words'
import styles from '../resources.module.css'

export function Outputs({ resource }: { resource: Resource }) {
  const { data, error, refetch } = useQuery(outputsOf(resource.id))
  const [revealed, setRevealed] = useState<ReadonlyMap<string, unknown>>(new Map())
  const [asked, setAsked] = useState<string | null>(null)
  const rows = data?.data.attributes.outputs
  const hide = (name: string) => setRevealed((before) => new Map([...before].filter(([known]) => known !== name)))
  return (
    <Section title="Outputs" {...(rows && { count: rows.length })}>
      {error ? (
        <ErrorNotice error={toApiError(error)} onRetry={() => void refetch()} />
      ) : (
        <Table
          label="Outputs"
          rows={rows}
          rowKey={({ name }) => name}
          columns={columns(revealed, setAsked, hide)}
          hasKeys={false}
          expected={3}
          empty={<Text level={3}>{resource.attributes.state === 'requested' ? 'They are there once it was applied.' : 'It gives nothing.'}</Text>}
        />
      )}
      <ConfirmDialog
        isOpen={asked !== null}
        onClose={() => setAsked(null)}
        title={`Reveal ${asked}?`}
        verb="Reveal"
        onConfirm={async () => {
          if (asked === null) return
          const { data: answer } = await call('post', `${RESOURCE}/outputs/{output}/actions/reveal`, { params: { path: { resource: resource.id, output: asked } } })
          setRevealed((before) => new Map([...before, [asked, answer.attributes.value]]))
        }}
      >
        <Stack gap={3}>
          <p>It is a secret. That you read it is recorded in the audit log, with the time and your address.</p>
          <Command text={`slipway resource outputs ${oneOf(resource.attributes)} ${asked}`} />
        </Stack>
      </ConfirmDialog>
    </Section>
  )
}

function columns(revealed: ReadonlyMap<string, unknown>, onReveal: (name: string) => void, onHide: (name: string) => void): readonly Column<Output>[] {
  return [
    { key: 'name', title: 'Name', narrow: 'first', cell: ({ name }) => <code>{name}</code> },
    {
      key: 'type',
      title: 'Type',
      from: 1024,
      cell: ({ type }) => (
        <Text isMono level={3} isCut title={typeWords(type)}>
          {typeWords(type)}
        </Text>
      ),
    },
    {
      key: 'value',
      title: 'Value',
      narrow: 'second',
      isWide: true,
      cell: (output) => {
        const { name } = output
        const isShown = revealed.has(name)
        if (output['is-unknown']) return <Unknown />
        if (output['is-sensitive'] && !isShown) return <Sensitive />
        return <span className={styles.value}>{valueText(isShown ? revealed.get(name) : output.value)}</span>
      },
    },
    {
      key: 'do',
      title: '',
      align: 'end',
      narrow: 'end',
      cell: (output) => {
        const { name } = output
        if (output['is-unknown']) return null
        if (!output['is-sensitive']) return <CopyButton text={valueText(output.value)} what={name} />
        if (!revealed.has(name)) return <IconButton icon="eye" label={`Reveal ${name}…`} onClick={() => onReveal(name)} />
        return (
          <Row gap={1}>
            <CopyButton text={valueText(revealed.get(name))} what={name} />
            <Button size="sm" look="quiet" onClick={() => onHide(name)}>
              Hide
            </Button>
          </Row>
        )
      },
    },
  ]
}
