// Beside the forms: what happens next, and the same from a terminal.
import { Command } from '@/ui/command'
import { Rail } from '@/ui/rail'
import { Section } from '@/ui/section'
import styles from './create.module.css'

export function Next({ command, isAuto }: { command: string; isAuto: boolean }) {
  return (
    <>
      <div className={styles.command}>
        <Section title="The same from a terminal">
          <Command text={command} />
        </Section>
      </div>
      <Section title="What happens next">
        <Rail
          label="What happens next"
          stations={[
            { name: 'Steps', icon: 'todo', place: 'todo', detail: 'Found now, in the order that the resources stand on each other. Look at them.' },
            { name: 'Start', icon: 'todo', place: 'todo', detail: 'Each step asks for a change when those before it are done.' },
            {
              name: 'Yes',
              icon: 'todo',
              place: 'todo',
              detail: isAuto ? 'By itself, unless a rule wants an approval.' : 'Each plan waits for whoever may approve it.',
            },
          ]}
        />
      </Section>
    </>
  )
}
