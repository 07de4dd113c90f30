// The living page of the console's primitives.
import { PageHead } from '@/ui/page-head'

export default function Components() {
  return <PageHead title="Components" meta="Every primitive of the console, in both themes, from one set of tokens." />
}
