// How a workflow is carried out: the fields that all kinds have.
import { Checkbox } from '@/ui/choice'
import { Textarea, TextInput } from '@/ui/text-input'
import type { FormState } from '@/ui/use-form'
import type { How } from '../words'
import styles from './create.module.css'

export function HowFields({ form }: { form: FormState<How> }) {
  return (
    <>
      <div className={styles.pair}>
        <TextInput label="Steps at once" type="number" inputMode="numeric" help="1 to 50. Plans that wait for a yes do not count." {...form.field('parallel')} />
        <TextInput label="Stop after failed steps" type="number" inputMode="numeric" help="Then no other begins; those that run go on to their end." {...form.field('stop-after')} />
      </div>
      <Textarea label="Reason" isOptional rows={2} placeholder="For those who decide on its changes" {...form.field('reason')} />
      <Checkbox
        label="Apply plans without a further yes"
        help="Where no rule wants anybody’s approval, and where you may approve yourself. Otherwise each plan waits."
        {...form.field('auto')}
      />
    </>
  )
}
