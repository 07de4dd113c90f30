// The keys that features bind to their pages and actions.
import { useNavigate } from '@tanstack/react-router'
import { useFeatures } from '@/lib/features'
import { type Binding, useKeys } from '@/lib/keyboard'
import { useShownPage } from '@/lib/page'
import { useCaller, useCurrentOrganization } from './caller'

/** Binds `g w` and the like, the actions' keys, and those of the page that is shown. */
export function useShellKeys() {
  const features = useFeatures()
  const navigate = useNavigate()
  const caller = useCaller()
  const organization = useCurrentOrganization()
  const page = useShownPage()
  const bindings: Binding[] = []
  for (const entry of features.flatMap((feature) => feature.navigation ?? [])) {
    if (!entry.keys || (caller && entry.isShown && !entry.isShown(caller))) continue
    bindings.push({ keys: entry.keys, title: entry.title, group: 'Go to', run: () => void navigate({ to: entry.to(organization) }) })
  }
  for (const action of features.flatMap((feature) => feature.actions ?? [])) {
    if (!action.keys || (caller && action.isOffered && !action.isOffered(caller))) continue
    if (bindings.some((binding) => binding.keys === action.keys)) continue
    const run = () => (action.to ? void navigate({ to: action.to(organization) }) : action.run?.(organization))
    bindings.push({ keys: action.keys, title: action.title, group: 'Anywhere', run })
  }
  for (const action of page.actions) {
    if (action.keys) bindings.push({ keys: action.keys, title: action.title, group: 'This page', run: action.run })
  }
  useKeys(bindings)
}
