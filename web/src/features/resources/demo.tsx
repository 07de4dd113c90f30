// That something is a demo: its project only plans what is in it.
import { Tag } from '@/ui/tag'

export function DemoTag() {
  return (
    <Tag isLine title="Its project is a demo: it is planned, and never made.">
      demo
    </Tag>
  )
}
