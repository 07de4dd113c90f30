// Setting a variable of an app, and taking one away. Mounted while they are open.
import { call } from '@/api/query'
import { command, quoted } from '@/lib/shell'
import { Checkbox } from '@/ui/choice'
import { Dialog } from '@/ui/dialog'
import { Form } from '@/ui/form'
import { Select } from '@/ui/select'
import { Textarea, TextInput } from '@/ui/text-input'
import { toast } from '@/ui/toast'
import { type FormState, useForm } from '@/ui/use-form'
import { type App, useRefreshApps, type Variable } from '../queries'
import { isDeployed, noDeploy } from '../words'

interface DialogProps {
  app: App
  onClose: () => void
}

export interface Staged {
  /** Counts from the next deploy or restart on. */
  readonly staged: boolean
}

interface SetValues extends Staged {
  readonly name: string
  /** Empty for every process. */
  readonly process: string
  readonly from: 'value' | 'alias'
  readonly value: string
  readonly alias: string
  readonly isPrivate: boolean
}

/** Whether a change waits unless somebody says otherwise: nothing runs that would see it, or a deploy goes on. */
export const isStaged = (app: App) => isDeployed(app) && (app.attributes['is-stopped'] || noDeploy(app) !== null)

export function StagedField<Values extends Staged>({ app, form: whole }: { app: App; form: FormState<Values> }) {
  const form = whole as unknown as FormState<Staged>
  if (!isDeployed(app)) return null
  return <Checkbox label="Wait for the next deploy or restart" help="Otherwise its units are exchanged now for others that see it, without a request lost." {...form.field('staged')} />
}

/** `variable` is the one that is changed; null for another one. */
export function SetDialog({ app, variable, onClose }: DialogProps & { variable: Variable | null }) {
  const { name: appName, processes } = app.attributes
  const refresh = useRefreshApps()
  const form = useForm<SetValues>({
    initial: {
      name: variable?.name ?? '',
      process: variable?.process ?? '',
      from: variable?.['alias-of'] ? 'alias' : 'value',
      value: variable?.value ?? '',
      alias: variable?.['alias-of'] ?? '',
      isPrivate: variable?.['is-private'] ?? false,
      staged: isStaged(app),
    },
    check: ({ name, from, alias, value }) => ({
      ...(!name.trim() && { name: 'Give it a name.' }),
      ...(from === 'alias' && !alias.trim() && { alias: 'Say which variable.' }),
      // Nobody is shown the one that it has, so that it cannot stand here: nothing typed would take it away.
      ...(from === 'value' && variable?.['is-private'] && value === '' && { value: 'Type its new value: nobody is shown the one that it has.' }),
    }),
    submit: ({ name, process, from, value, alias, isPrivate, staged }) =>
      call('patch', '/api/v2/apps/{app}/env', {
        params: { path: { app: app.id } },
        body: {
          data: {
            type: 'app-envs',
            attributes: {
              set: [{ name: name.trim(), process, ...(from === 'alias' ? { 'alias-of': alias.trim() } : { value, 'is-private': isPrivate }) }],
              staged,
            },
          },
        },
      }),
    onDone: (_, { name, staged }) => {
      toast({ text: staged ? `${name.trim()} waits for the next deploy or restart.` : `${name.trim()} is set.` })
      onClose()
      void refresh()
    },
  })
  const { values, problems } = form
  const name = values.name.trim()
  const isAlias = values.from === 'alias'
  const text = command(
    // A secret is not written out.
    `slipway app env set ${isAlias ? quoted(`${name || 'NAME'}=${values.alias.trim()}`) : values.isPrivate ? quoted(name || 'NAME') : quoted(`${name || 'NAME'}=${values.value}`)}`,
    isAlias && '--alias',
    !isAlias && values.isPrivate && '--private',
    values.process && `--process ${quoted(values.process)}`,
    values.staged && '--staged',
    `--app ${quoted(appName)}`,
  )
  const known = [...new Set([...processes.map((process) => process.name), values.process])].filter(Boolean)
  return (
    <Dialog isOpen onClose={onClose} title={variable ? `Change ${variable.name}` : 'Set a variable'} size="md">
      <Form form={form} submit="Set it" isWide command={text}>
        <TextInput
          label="Name"
          isMono
          autoFocus={!variable}
          placeholder="LOG_LEVEL"
          help="Letters, digits and underscores, no digit first."
          disabledReason={variable ? 'A variable keeps its name. Set another one, and unset this one.' : null}
          {...form.field('name')}
          error={problems['name'] ?? problems['set']}
        />
        {known.length > 0 && (
          <Select
            label="For"
            options={[{ value: '', text: 'Every process' }, ...known.map((value) => ({ value, text: `Only ${value}` }))]}
            disabledReason={variable ? 'It stays with its process.' : null}
            {...form.field('process')}
          />
        )}
        <Select
          label="It has"
          options={[
            { value: 'value', text: 'A value of its own' },
            { value: 'alias', text: 'The value of another variable' },
          ]}
          {...form.field('from')}
        />
        {isAlias ? (
          <TextInput label="Variable" isMono placeholder="ORDERS_DB_URL" help="Whose value it has, whatever becomes of it." {...form.field('alias')} error={problems['alias'] ?? problems['alias-of']} />
        ) : (
          <>
            {values.isPrivate ? (
              <TextInput
                label="Value"
                type="password"
                autoComplete="new-password"
                isMono
                help={variable?.['is-private'] ? 'Nobody is shown the one that it has; what you type takes its place.' : undefined}
                {...form.field('value')}
              />
            ) : (
              <Textarea label="Value" isMono rows={2} {...form.field('value')} />
            )}
            <Checkbox
              label="Private"
              help="Its value is shown to nobody, from now on."
              {...form.field('isPrivate')}
              error={problems['is-private']}
            />
          </>
        )}
        <StagedField app={app} form={form} />
      </Form>
    </Dialog>
  )
}

export function UnsetDialog({ app, variable, onClose }: DialogProps & { variable: Variable }) {
  const { name, process } = variable
  const refresh = useRefreshApps()
  const form = useForm<Staged>({
    initial: { staged: isStaged(app) },
    submit: ({ staged }) =>
      call('patch', '/api/v2/apps/{app}/env', {
        params: { path: { app: app.id } },
        body: { data: { type: 'app-envs', attributes: { unset: [{ name, process }], staged } } },
      }),
    onDone: () => {
      toast({ text: `${name} is unset.` })
      onClose()
      void refresh()
    },
  })
  const text = command(`slipway app env unset ${quoted(name)}`, process && `--process ${quoted(process)}`, form.values.staged && '--staged', `--app ${quoted(app.attributes.name)}`)
  return (
    <Dialog isOpen onClose={onClose} title={`Unset ${name}?`} size="md">
      <Form form={form} submit="Unset it" look="danger" isWide command={text}>
        <p>{process ? `Units of ${process} do not see it any more.` : 'Its units do not see it any more.'}</p>
        <StagedField app={app} form={form} />
      </Form>
    </Dialog>
  )
}
