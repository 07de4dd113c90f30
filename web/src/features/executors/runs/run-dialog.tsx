// Running an executor now, and destroying what it made. Mounted while they are open.
import { call } from '@/api/query'
import { command, quoted } from '@/lib/shell'
import { Checkbox, Radio } from '@/ui/choice'
import { Command } from '@/ui/command'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { TextInput } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import type { Executor, Operation } from '../queries'
import { NEEDED, OPERATIONS, refusal } from '../words'

interface DialogProps {
  executor: Executor
  onClose: () => void
  onDone: () => Promise<unknown>
}

interface Values {
  readonly operation: Operation
  /** In the place of the executor's; empty for that. */
  readonly ref: string
  readonly message: string
  readonly auto: boolean
}

export function RunDialog({ executor, onClose, onDone }: DialogProps) {
  const { attributes } = executor
  const kind = attributes['ref-kind']
  const start = { operation: attributes.operation, ref: '', message: '', auto: attributes['auto-apply'] }
  const form = useForm<Values>({
    initial: start,
    submit: ({ operation, ref, message, auto }) =>
      call('post', '/api/v2/executors/{executor}/actions/run', {
        params: { path: { executor: executor.id } },
        body: {
          data: {
            type: 'executor-runs',
            attributes: { operation, ...(ref.trim() && { [kind]: ref.trim() }), ...(message.trim() && { message: message.trim() }), 'auto-apply': auto },
          },
        },
      }),
    onDone: async () => {
      await onDone()
      onClose()
    },
  })
  const { values } = form
  const text = command(
    `slipway executor run ${quoted(attributes.name)}`,
    values.operation !== attributes.operation && `--operation ${values.operation}`,
    values.ref.trim() && `--${kind} ${quoted(values.ref.trim())}`,
    values.auto && !attributes['auto-apply'] && '--auto-approve',
    values.message.trim() && `--message ${quoted(values.message.trim())}`,
    '--wait',
  )
  return (
    <Dialog isOpen onClose={onClose} title={`Run ${attributes.name}`} size="md">
      <Form form={form} submit="Run it" isWide command={text}>
        <Radio<Operation>
          label="What it does"
          options={(['plan-and-apply', 'plan', 'refresh'] as const).map((value) => ({
            value,
            label: OPERATIONS[value] + (value === attributes.operation ? ', as it says' : ''),
            disabledReason: refusal(executor, NEEDED[value]),
          }))}
          {...form.field('operation')}
        />
        {values.operation === 'plan-and-apply' && (
          <Checkbox label="Apply its plan without a further yes" help="Where no rule wants anybody’s approval." {...form.field('auto')} />
        )}
        <TextInput
          label={`Another ${kind}`}
          isOptional
          isMono
          placeholder={attributes.ref}
          help={`This time only, in the place of ${attributes.ref}.`}
          {...form.field('ref')}
          error={form.problems['ref'] ?? form.problems[kind]}
        />
        <TextInput label="Message" isOptional placeholder="Why, for those who look later" {...form.field('message')} />
      </Form>
    </Dialog>
  )
}

export function DestroyDialog({ executor, onClose, onDone }: DialogProps) {
  const { name, 'resource-count': count } = executor.attributes
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={`Destroy everything that ${name} made?`}
      verb="Plan its destruction"
      isDanger
      nameToType={name}
      comment={{ label: 'Message', placeholder: 'Why, for those who look later' }}
      onConfirm={async (message) => {
        await call('post', '/api/v2/executors/{executor}/actions/run', {
          params: { path: { executor: executor.id } },
          body: { data: { type: 'executor-runs', attributes: { operation: 'destroy', 'auto-apply': false, ...(message && { message }) } } },
        })
        await onDone()
      }}
    >
      <Stack gap={3}>
        <p>
          {count === 1 ? 'The resource in its state is' : `All ${count} resources in its state are`} planned to be destroyed. That waits for a yes; the executor itself stays.
        </p>
        <Command text={`slipway executor run ${quoted(name)} --operation destroy`} />
      </Stack>
    </ConfirmDialog>
  )
}
