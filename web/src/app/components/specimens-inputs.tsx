// Everything that is typed, chosen and submitted.
import { useState } from 'react'
import { ApiError } from '@/api/errors'
import { Button } from '@/ui/button'
import { Checkbox, Radio, Switch } from '@/ui/choice'
import { Combobox, MultiSelect } from '@/ui/combobox'
import { FieldGroup } from '@/ui/field-group'
import { FileInput } from '@/ui/file-input'
import { Fold } from '@/ui/fold'
import { Form } from '@/ui/form'
import { Stack } from '@/ui/layout'
import { Select } from '@/ui/select'
import { TextInput, Textarea } from '@/ui/text-input'
import { useForm } from '@/ui/use-form'
import { Specimen } from './specimen'
import styles from './specimen.module.css'

const NETWORKS = [
  { value: 'net-1', text: 'shop-prod-network', detail: '84 resources', icon: 'globe' as const },
  { value: 'net-2', text: 'shop-staging-network', detail: '79 resources', icon: 'globe' as const },
  { value: 'net-3', text: 'edge-fra', detail: '37 resources', icon: 'globe' as const },
]
const TAGS = ['env:prod', 'env:staging', 'managed-by:slipway', 'team:shop'].map((value) => ({ value }))

export function InputSpecimens() {
  return (
    <>
      <Specimen name="Inputs" rule="Label above, help below, the error in place of the help. What was typed stays.">
        <Inputs />
      </Specimen>
      <Specimen name="Choices" rule="A box is part of a form; a switch changes something at once. What one may not choose says why.">
        <Choices />
      </Specimen>
      <Specimen
        name="Forms"
        rule="The button stays enabled: pressing it leads to the first error. Errors stand at the field and once beside the button. The same action as a command. Try it: this one is refused."
      >
        <ExampleForm />
      </Specimen>
    </>
  )
}

function Inputs() {
  const [name, setName] = useState('carts-db')
  const [storage, setStorage] = useState('10')
  const [about, setAbout] = useState('')
  const [engine, setEngine] = useState<'opentofu' | 'terraform'>('opentofu')
  const [parent, setParent] = useState('net-1')
  const [file, setFile] = useState<File | null>(null)
  const [tags, setTags] = useState<readonly string[]>(['env:prod', 'team:shop'])
  return (
    <div className={styles.two}>
      <TextInput label="Name" isMono value={name} onChange={setName} help={<>Becomes shop-prod-{name}.</>} />
      <TextInput
        label="Storage"
        inputMode="numeric"
        unit="GiB"
        value={storage}
        onChange={setStorage}
        error={Number(storage) >= 20 ? null : `${storage || 0} GiB is too small. Enter 20 or more.`}
      />
      <TextInput label="Description" isOptional placeholder="What it is for" value={about} onChange={setAbout} />
      <Select
        label="Engine"
        value={engine}
        onChange={setEngine}
        options={[
          { value: 'opentofu', text: 'OpenTofu' },
          { value: 'terraform', text: 'Terraform' },
        ]}
      />
      <Combobox label="Parent" options={NETWORKS} value={parent} onChange={setParent} createLabel="New network" />
      <MultiSelect label="Tags" options={TAGS} value={tags} onChange={setTags} createLabel="New tag" placeholder="Add a tag" />
      <TextInput
        label="Working directory"
        isMono
        value="prod/orders-db"
        onChange={() => undefined}
        disabledReason="You may read this workspace. Its administrators can change it."
      />
      <TextInput label="Find" isLabelHidden isSmall icon="search" placeholder="In a bar, 28 px" value="" onChange={() => undefined} />
      <Textarea label="Comment" isOptional value={about} onChange={setAbout} placeholder="Why it is done" />
      <FileInput label="State file" help="What tofu state pull prints." value={file} onChange={setFile} />
      <FileInput label="Key" value={null} onChange={() => undefined} error="It is no key. Choose one that begins with BEGIN." />
    </div>
  )
}

function Choices() {
  const [isAuto, setAuto] = useState(true)
  const [isSome, setSome] = useState(false)
  const [isDrift, setDrift] = useState(true)
  const [kind, setKind] = useState<'apply' | 'plan'>('apply')
  return (
    <div className={styles.two}>
      <Stack>
        <Checkbox label="Apply automatically" help="Only when nothing is destroyed or replaced." value={isAuto} onChange={setAuto} />
        <Checkbox label="All workspaces of shop" isSome={!isSome} value={isSome} onChange={setSome} />
        <Checkbox label="Allow destroy" value={false} onChange={() => undefined} disabledReason="Needs workspace.run.destroy." />
        <Checkbox label="I read it" value={false} onChange={() => undefined} error="Tick it to go on." />
      </Stack>
      <Stack>
        <Radio
          label="What it does"
          name="kind"
          value={kind}
          onChange={setKind}
          options={[
            { value: 'apply', label: 'Plan and apply', help: 'Waits for confirmation in between.' },
            { value: 'plan', label: 'Plan only' },
          ]}
        />
        <Switch label="Check for drift each day" value={isDrift} onChange={setDrift} />
        <FieldGroup title="Size" count={1} column="Value comes from">
          <Fold title="1 more variable" about="it has a default">
            <Checkbox label="Keep snapshots" value={isAuto} onChange={setAuto} />
          </Fold>
        </FieldGroup>
        <Switch label="Autoscale" value={false} onChange={() => undefined} disabledReason="The plan has no autoscaling." />
      </Stack>
    </div>
  )
}

function ExampleForm() {
  const form = useForm({
    initial: { name: 'orders db', 'terraform-version': '~> 0.1' },
    submit: async () => {
      throw new ApiError(422, 'invalid', 'Not accepted', 'Two fields are wrong.', [
        { field: 'name', pointer: '/data/attributes/name', detail: 'A name has letters, digits, dashes and underscores. Write orders-db.' },
        {
          field: 'terraform-version',
          pointer: '/data/attributes/terraform-version',
          detail: 'No engine 0.1 is here. Choose 1.8 or newer.',
        },
      ])
    },
  })
  return (
    <Form
      form={form}
      submit="Create workspace"
      beside={<Button onClick={() => form.reset()}>Reset</Button>}
      command={`slipway workspace create "${form.values.name}"`}
    >
      <TextInput label="Name" isMono {...form.field('name')} />
      <TextInput label="Version of the engine" isMono help="A constraint." {...form.field('terraform-version')} />
    </Form>
  )
}
