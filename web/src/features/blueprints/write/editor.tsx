// Writing a blueprint: its file, with the picture of it and what is wrong with it beside. For a new one and for one that is there.
import { useMemo } from 'react'
import { ApiError } from '@/api/errors'
import { useSettled } from '@/lib/delayed'
import { usePageDrop } from '@/lib/page-drop'
import { quoted } from '@/lib/shell'
import { Button } from '@/ui/button'
import { FileButton } from '@/ui/file-button'
import { Form } from '@/ui/form'
import { Graph } from '@/ui/graph'
import { Icon } from '@/ui/icon'
import { Row, Split, Stack } from '@/ui/layout'
import { Section } from '@/ui/section'
import { Text } from '@/ui/text'
import { Textarea } from '@/ui/text-input'
import type { FormState } from '@/ui/use-form'
import { graphOf } from '../model'
import type { Blueprint } from '../queries'
import { EXAMPLE, readBlueprint } from './read'
import styles from '../blueprints.module.css'

export interface Values {
  readonly text: string
}

interface EditorProps {
  form: FormState<Values>
  /** The name of one that is there. */
  name: string | null
  submit: string
  disabledReason: string | null
  /** Where its cards lead: nowhere else than here. */
  here: string
}

/** After this long without another key the picture follows. */
const SETTLED_MS = 300

export function Editor({ form, name, submit, disabledReason, here }: EditorProps) {
  const { text } = form.values
  const take = async (file: File | undefined) => {
    if (file) form.set({ text: await file.text() })
  }
  const isOver = usePageDrop((transfer) => void take(transfer.files[0]))
  const settled = useSettled(text, SETTLED_MS)
  const written = useMemo(() => readBlueprint(settled), [settled])
  const graph = useMemo(() => written.described && graphOf(whole(written.described), () => here), [written, here])
  const refused = (form.error instanceof ApiError ? form.error.fields : []).map(({ pointer, detail }) => ({ line: written.lineOf(pointer), message: detail }))
  const problems = text.trim() === '' ? [] : [...written.problems, ...refused]
  const file = `${written.described?.name || name || 'blueprint'}.yaml`
  return (
    <Split
      aside={
        <Section title="What is wrong with it" count={problems.length} isRuled>
          {problems.length === 0 ? (
            <Text level={3}>Nothing that is known before the server looks at it.</Text>
          ) : (
            <ul className={styles.problems} aria-live="polite">
              {problems.map(({ line, message }) => (
                <li key={`${line} ${message}`}>
                  <Icon name="failed" tone="danger" size={14} /> {line !== null && <Text level={3}>line {line}</Text>} {message}
                </li>
              ))}
            </ul>
          )}
        </Section>
      }
    >
      <Stack gap={4}>
        {graph && graph.nodes.length > 0 && <Graph label="What is written so far" nodes={graph.nodes} lines={graph.lines} />}
        <Form
          form={{ ...form, problems: {} }}
          submit={submit}
          isWide
          disabledReason={disabledReason ?? (written.described ? null : 'Write a blueprint first.')}
          command={name ? `slipway blueprint update ${quoted(name)} -f ${quoted(file)}` : `slipway blueprint create -f ${quoted(file)}`}
        >
          <Textarea
            label="Its file"
            isMono
            rows={Math.min(32, Math.max(14, text.split('\n').length + 1))}
            placeholder={EXAMPLE}
            help={isOver ? 'Let go to take the file.' : 'YAML or JSON; a file can be dropped anywhere here. Checked when it is saved, against the versions that are recommended then.'}
            value={text}
            onChange={(next) => form.set({ text: next })}
          />
          <Row isWrapping>
            <FileButton size="sm" icon="file" label="File of a blueprint" accept=".yaml,.yml,.json" onFiles={([file]) => void take(file)}>
              {text.trim() === '' ? 'Choose its file…' : 'Choose another file…'}
            </FileButton>
            {text.trim() === '' && (
              <>
                <Text level={3}>or</Text>
                <Button size="sm" look="quiet" onClick={() => form.set({ text: EXAMPLE })}>
                  begin with an example
                </Button>
              </>
            )}
          </Row>
        </Form>
      </Stack>
    </Split>
  )
}

/** What is not written yet is empty. */
function whole(described: NonNullable<ReturnType<typeof readBlueprint>['described']>): Pick<Blueprint['attributes'], 'constants' | 'externals' | 'parts' | 'wires'> {
  const named = <Row extends { readonly name: string }>(rows: readonly Row[] | undefined) => (rows ?? []).filter(({ name }) => typeof name === 'string' && name !== '')
  return {
    constants: named(described.constants),
    externals: named(described.externals),
    parts: named(described.parts),
    wires: (described.wires ?? []).filter((wire) => typeof wire.from === 'object' && wire.from !== null && typeof wire.to === 'object' && wire.to !== null),
  }
}
