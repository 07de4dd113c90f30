// Labels of a source code, to find it by.
import { MultiSelect } from '@/ui/combobox'

interface LabelsFieldProps {
  value: readonly string[]
  onChange: (labels: readonly string[]) => void
  error: string | undefined
  disabledReason: string | null
}

export function LabelsField({ value, ...rest }: LabelsFieldProps) {
  return (
    <MultiSelect
      {...rest}
      label="Labels"
      isOptional
      isMono
      name="labels"
      value={value}
      options={value.map((label) => ({ value: label }))}
      createLabel="New label"
      placeholder="team=platform"
      help="To find it by: key or key=value."
    />
  )
}
