// How much is taken of a quota, and the dialog that changes it.
import { useQueryClient } from '@tanstack/react-query'
import { count, counted } from '@/lib/numbers'
import { type Limited, type Quota, quotaChanges, quotaCommand, quotaProblems, quotaValues, setQuota, staleQuotas } from '@/lib/quota'
import { Dialog } from './dialog'
import { Form } from './form'
import { Icon } from './icon'
import { Stack } from './layout'
import { Progress } from './progress'
import { Text } from './text'
import { TextInput } from './text-input'
import { toast } from './toast'
import { useForm } from './use-form'
import styles from './quota.module.css'

interface TakenProps {
  used: number
  /** Null for as many as wanted. */
  most: number | null | undefined
  /** What is counted: "units". */
  of: 'apps' | 'units'
}

/** `7 of 10`, with how far that is; a triangle where nothing more is let in. */
export function Taken({ used, most, of }: TakenProps) {
  if (most === null || most === undefined) return <Text level={2}>{count(used)}, as many as wanted</Text>
  return (
    <span className={styles.taken}>
      <span>
        {count(used)} of {count(most)} {used >= most && <Icon name="warning" size={14} label={used > most ? 'more than allowed: nothing more is let in' : 'nothing more is let in'} />}
      </span>
      <Progress value={Math.min(used, most)} of={most} label={`${of} taken`} />
    </span>
  )
}

interface QuotaDialogProps {
  of: Limited
  quota: Quota
  onClose: () => void
}

/** Mounted while it is open. */
export function QuotaDialog({ of, quota, onClose }: QuotaDialogProps) {
  const queries = useQueryClient()
  const before = quotaValues(quota)
  const form = useForm({
    initial: before,
    check: quotaProblems,
    submit: (values) => setQuota(of, quotaChanges(before, values)),
    onDone: () => {
      onClose()
      toast({ text: `The quota of ${of.name} is changed.` })
      for (const queryKey of staleQuotas) void queries.invalidateQueries({ queryKey })
    },
  })
  const changes = quotaChanges(before, form.values)
  return (
    <Dialog isOpen onClose={onClose} title={`Quota of ${of.name}`}>
      <Form form={form} submit="Save" isWide disabledReason={Object.keys(changes).length === 0 ? 'Nothing is changed yet.' : null} command={quotaCommand(of, changes)}>
        <Stack gap={4}>
          {of.kind !== 'app' && (
            <TextInput label="Apps" isOptional autoFocus inputMode="numeric" placeholder="as many as wanted" help={`There ${isAre(quota['apps-used'])} ${counted(quota['apps-used'], 'app')} now.`} {...form.field('apps')} />
          )}
          <TextInput
            label="Units"
            isOptional
            autoFocus={of.kind === 'app'}
            inputMode="numeric"
            placeholder="as many as wanted"
            help={`Of all processes, as they shall run. There ${isAre(quota['units-used'])} ${counted(quota['units-used'], 'unit')} now; fewer than that takes nothing away, and lets nothing more in.`}
            {...form.field('units')}
          />
        </Stack>
      </Form>
    </Dialog>
  )
}

const isAre = (number: number) => (number === 1 ? 'is' : 'are')
