// Environment variables of the engine.
import { Button, IconButton } from '@/ui/button'
import { Checkbox } from '@/ui/choice'
import { Fieldset } from '@/ui/field'
import { TextInput } from '@/ui/text-input'
import type { Environment as Row } from './values'
import styles from '../executors.module.css'

export function Environment({ rows, onChange }: { rows: readonly Row[]; onChange: (rows: readonly Row[]) => void }) {
  const put = (at: number, changes: Partial<Row>) => onChange(rows.map((row, place) => (place === at ? { ...row, ...changes } : row)))
  return (
    <Fieldset legend="Environment" help="What the engine and its providers read from their environment.">
      {rows.map((row, at) => (
        // Its key is typed into it.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={at} className={styles.environment}>
          <TextInput label={`Key ${at + 1}`} isLabelHidden isMono placeholder="AWS_REGION" value={row.key} onChange={(key) => put(at, { key, isKept: false })} />
          <TextInput
            label={`Value ${at + 1}`}
            isLabelHidden
            isMono
            {...(row.isSecret && { type: 'password' as const, autoComplete: 'new-password' })}
            placeholder={row.isSecret && row.isKept ? 'keeps the one that it has' : 'value'}
            value={row.value}
            onChange={(value) => put(at, { value })}
          />
          <Checkbox label="Secret" value={row.isSecret} onChange={(isSecret) => put(at, { isSecret })} disabledReason={row.isSecret && row.isKept ? 'A secret stays one.' : null} />
          <IconButton icon="close" label={`Remove ${row.key || 'the variable'}`} onClick={() => onChange(rows.filter((_, place) => place !== at))} />
        </div>
      ))}
      <div>
        <Button size="sm" look="quiet" icon="plus" onClick={() => onChange([...rows, { key: '', value: '', isSecret: false, isKept: false }])}>
          Add an environment variable
        </Button>
      </div>
    </Fieldset>
  )
}
