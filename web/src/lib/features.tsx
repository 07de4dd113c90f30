// All features of the console, for frames that show what others bring: navigation, palette, tabs.
import { createContext, useContext } from 'react'
import type { Feature, Tab } from './feature'

const Features = createContext<readonly Feature[]>([])

/** Set once by the app. */
export const FeaturesProvider = Features.Provider

/** Every registered feature. */
export function useFeatures(): readonly Feature[] {
  return useContext(Features)
}

/** The tabs of one page, in order. */
export function useTabs(of: Tab['of']): readonly Tab[] {
  const tabs = useFeatures().flatMap((feature) => feature.tabs ?? [])
  return tabs.filter((tab) => tab.of === of).sort((left, right) => left.order - right.order)
}
