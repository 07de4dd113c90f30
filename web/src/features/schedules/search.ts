// What the list of schedules has in its address.
import { parameter, type ParseSearch } from '@/lib/search'
import { ACTIONS, type ActionName } from './words'

interface ScheduleSearch {
  readonly text: string | undefined
  readonly action: ActionName | undefined
  readonly paused: 'true' | 'false' | undefined
  readonly page: number | undefined
}

export const parseSchedules: ParseSearch<ScheduleSearch> = (raw) => ({
  text: parameter.text(raw['text']),
  action: parameter.oneOf(raw['action'], Object.keys(ACTIONS) as ActionName[]),
  paused: parameter.oneOf(typeof raw['paused'] === 'boolean' ? String(raw['paused']) : raw['paused'], ['true', 'false'] as const),
  page: parameter.page(raw['page']),
})
