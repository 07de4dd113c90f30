// Who did it: people are round, teams and programs square.
import { classes } from './classes'
import { Icon, type IconName } from './icon'
import styles from './who.module.css'

/** What can do something; the words of events (`actor-kind`). */
export type ActorKind =
  | 'user'
  | 'team'
  | 'service-account'
  | 'run'
  | 'runner'
  | 'system'
  | 'anonymous'
  | 'organization'

const ICONS: Partial<Record<ActorKind, IconName>> = {
  team: 'team',
  'service-account': 'bot',
  run: 'run',
  runner: 'runner',
  system: 'settings',
  anonymous: 'globe',
}

interface AvatarProps {
  name: string
  kind?: ActorKind
  size?: 'md' | 'lg'
}

/** The mark alone: always beside the name. */
export function Avatar({ name, kind = 'user', size = 'md' }: AvatarProps) {
  const icon = ICONS[kind]
  return (
    <span className={classes(styles.avatar, kind !== 'user' && styles.square, size === 'lg' && styles.large)} aria-hidden>
      {icon ? <Icon name={icon} size={12} /> : initials(name, kind)}
    </span>
  )
}

/** The mark and the name. */
export function Who({ name, kind = 'user' }: { name: string; kind?: ActorKind | string }) {
  return (
    <span className={styles.who}>
      <Avatar name={name} kind={kind as ActorKind} />
      <span className={styles.name}>{name}</span>
    </span>
  )
}

function initials(name: string, kind: ActorKind): string {
  const words = (name.split('@')[0] ?? name).split(/[\s._-]+/).filter((word) => word !== '')
  const letters = words.length > 1 && kind === 'user' ? words.slice(0, 2).map((word) => word.charAt(0)) : [name.charAt(0)]
  return letters.join('').toUpperCase()
}
