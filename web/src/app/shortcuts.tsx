// Every key that is bound where the user is.
import { type KeyGroup, useBindings } from '@/lib/keyboard'
import { Dialog } from '@/ui/dialog'
import { Kbd } from '@/ui/kbd'
import styles from './shortcuts.module.css'

const GROUPS: readonly KeyGroup[] = ['Anywhere', 'Go to', 'This page', 'Lists']

export default function Shortcuts({ onClose }: { onClose: () => void }) {
  const bindings = useBindings()
  return (
    <Dialog isOpen onClose={onClose} title="Keyboard shortcuts" size="md">
      <div className={styles.groups}>
        {GROUPS.map((group) => {
          const shown = bindings.filter((binding) => binding.group === group)
          if (shown.length === 0) return null
          return (
            <section key={group}>
              <h3>{group}</h3>
              <ul>
                {shown.map((binding) => (
                  <li key={binding.keys}>
                    <span>{binding.title}</span>
                    <Kbd keys={binding.keys} />
                  </li>
                ))}
              </ul>
            </section>
          )
        })}
      </div>
    </Dialog>
  )
}
