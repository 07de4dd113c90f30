// The slices of the console: one line each. Their pages, navigation, actions and live updates come from here.
import { account } from '@/features/account/routes'
import { members } from '@/features/members/routes'
import { start } from '@/features/start/routes'
import { tokens } from '@/features/tokens/routes'
import type { Feature } from '@/lib/feature'

export const features: readonly Feature[] = [start, account, tokens, members]
