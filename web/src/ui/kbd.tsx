// Keys to press.
import styles from './kbd.module.css'

const NAMES: Record<string, string> = { Enter: '↵', ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc', Mod: 'Ctrl', Shift: '⇧' }

/** `g w` one after the other, `Mod+K` together; `Mod` is Ctrl, and ⌘ on a Mac. */
export function Kbd({ keys }: { keys: string }) {
  const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)
  return (
    <span className={styles.keys}>
      {keys.split(' ').map((chord) => (
        <kbd key={chord} className={styles.key}>
          {chord
            .split('+')
            .map((key) => (key === 'Mod' && isMac ? '⌘' : (NAMES[key] ?? key)))
            .join(' ')}
        </kbd>
      ))}
    </span>
  )
}
