// The slices of the console: one line each. Their pages, navigation, actions and live updates come from here.
import { account } from '@/features/account/routes'
import { activity } from '@/features/activity/routes'
import { holders } from '@/features/holders/routes'
import { members } from '@/features/members/routes'
import { roles } from '@/features/roles/routes'
import { runnerPools } from '@/features/runner-pools/routes'
import { runs } from '@/features/runs/routes'
import { start } from '@/features/start/routes'
import { tokens } from '@/features/tokens/routes'
import { workspaces } from '@/features/workspaces/routes'
import { audit } from '@/features/audit/routes'
import { organizationSettings } from '@/features/organization-settings/routes'
import { projects } from '@/features/projects/routes'
import { states } from '@/features/states/routes'
import { variableSets } from '@/features/variable-sets/routes'
import type { Feature } from '@/lib/feature'

export const features: readonly Feature[] = [start, runs, account, tokens, members, holders, roles, runnerPools, activity, organizationSettings, audit, workspaces, projects, states, variableSets]
