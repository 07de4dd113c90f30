// What is said of the processes of an app.
import { get, type ResourceOf, type Schema } from '@/api/query'

export type ProcessSettings = ResourceOf<'AppProcessSettings'>
export type Autoscale = Schema<'AppAutoscale'>

/** Also of those that are said something of and do not run. */
export const settingsOfProcesses = (app: string) => ({ ...get('/api/v2/apps/{app}/process-settings', { params: { path: { app } } }), retry: false })
