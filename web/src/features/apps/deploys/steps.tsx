// The way of a deploy: where it stands, for how long, and how many of its units are ready.
import { useQuery } from '@tanstack/react-query'
import { Rail } from '@/ui/rail'
import { Duration } from '@/ui/time'
import { type App, type Deploy, type Unit, unitsOf } from '../queries'
import { stepsOf } from '../words'

export function Steps({ app, deploy }: { app: App; deploy: Deploy }) {
  const { status, step, number, 'step-at': at, 'ended-at': ended } = deploy.attributes
  const isStarting = status === 'running' && (step === 'start' || step === 'health')
  const found = useQuery({ ...unitsOf(app.id), enabled: isStarting }).data?.data as readonly Unit[] | undefined
  const own = (found ?? []).filter(({ attributes }) => attributes.deploy === number)
  const ready = own.filter(({ attributes }) => attributes.status === 'ready').length
  return (
    <Rail
      label="Steps"
      stations={stepsOf(deploy).map(({ key, ...station }) => ({
        ...station,
        ...(isStarting && key === step && own.length > 0 && { detail: `${ready} of ${own.length} new units ready.` }),
        // Of the step where it stands or ended; of a deploy that went through, the last.
        ...(key === step && { end: <Duration from={at} to={ended} isStopwatch /> }),
      }))}
    />
  )
}
