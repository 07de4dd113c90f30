// One value of an attribute, as the configuration would write it.
import { Bytes } from '@/ui/bytes'
import { Sensitive, Unknown } from '@/ui/tag'
import type { ShownValue } from './wire'
import styles from './details.module.css'

/** The value in a line, or in several where it is long; nothing where there is none. */
export function Value({ value, side }: { value: ShownValue; side?: 'before' | 'after' }) {
  switch (value.kind) {
    case 'unknown':
      return <Unknown />
    case 'sensitive':
      return <Sensitive />
    case 'omitted':
      return (
        <span className={styles.note}>
          <Bytes value={value.bytes} />, too large to show
        </span>
      )
    case 'absent':
      return <span className={styles.none}>none</span>
    case 'value':
      return <Written text={textOf(value.value)} cutBytes={value['cut-bytes'] ?? 0} side={side} />
  }
}

function Written({ text, cutBytes, side }: { text: string; cutBytes: number; side: 'before' | 'after' | undefined }) {
  const cut = cutBytes > 0 && (
    <span className={styles.note}>
      … <Bytes value={cutBytes} /> more
    </span>
  )
  const Mark = side === 'before' ? 'del' : side === 'after' ? 'ins' : 'span'
  return (
    <>
      <Mark className={styles.value}>{text}</Mark>
      {cut}
    </>
  )
}

/** `"text"`, `3`, `null`, `["a", "b"]`; objects over several lines when they are long. */
export function textOf(value: unknown): string {
  const line = JSON.stringify(value) ?? 'null'
  if (typeof value !== 'object' || value === null || line.length <= 64) return spaced(value, line)
  return JSON.stringify(value, null, 2)
}

function spaced(value: unknown, line: string): string {
  if (typeof value !== 'object' || value === null) return line
  return JSON.stringify(value, null, 1).replaceAll(/\n */g, ' ')
}

/** A text for comparing line by line; JSON in one line is written over several, so that the difference can be seen. */
export function linesOfText(value: ShownValue): string | null {
  if (value.kind !== 'value' || typeof value.value !== 'string') return null
  return prettyJson(value.value) ?? value.value
}

function prettyJson(text: string): string | null {
  if (!/^\s*[[{]/.test(text) || text.length < 40 || text.length > 200_000) return null
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return null
  }
}
