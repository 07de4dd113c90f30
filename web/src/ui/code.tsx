// What a machine wrote or reads: code, values, frames around an error.
import { Fragment } from 'react'
import { highlight, type Language } from '@/lib/highlight'
import { classes } from './classes'
import { CopyButton } from './copy-button'
import styles from './code.module.css'

interface CodeProps {
  text: string
  language?: Language
  /** Offers to copy it; says what it is: "the configuration". */
  copy?: string
}

/** A block of code. */
export function Code({ text, language = 'text', copy }: CodeProps) {
  return (
    <div className={styles.block}>
      {/* Wide code scrolls; the keyboard must reach it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={styles.code} tabIndex={0}>
        <Highlighted text={text} language={language} />
      </pre>
      {copy && (
        <span className={styles.copy}>
          <CopyButton text={text} what={copy} />
        </span>
      )}
    </div>
  )
}

/** The coloured text alone. */
export function Highlighted({ text, language }: { text: string; language: Language }) {
  return highlight(text, language).map((token, at) => (
    // Tokens have no identity but their place.
    // oxlint-disable-next-line react/no-array-index-key
    <Fragment key={at}>
      {token.kind === 'plain' ? token.text : <span className={styles[token.kind]}>{token.text}</span>}
    </Fragment>
  ))
}

interface CodeFrameProps {
  /** `  40: code`, a line each, as the API's `code-frame`. */
  frame: string
  /** The line at fault. */
  line?: number | null | undefined
  /** The part of that line at fault. */
  part?: string
  severity?: 'error' | 'warning'
  /** Said below the line. */
  message?: string
}

/** The lines around a mistake, with the one at fault marked. */
export function CodeFrame({ frame, line, part, severity = 'error', message }: CodeFrameProps) {
  const lines = frame.split('\n').map((text) => {
    const [, number = '', code = text] = /^\s*(\d+): ?(.*)$/.exec(text) ?? []
    return { number, code }
  })
  return (
    <div
      className={classes(styles.frame, severity === 'error' ? styles.error : styles.warning)}
      // Long lines scroll; the keyboard must reach them.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      role="group"
      aria-label="Code"
    >
      {lines.map(({ number, code }) => {
        const isHit = line !== null && line !== undefined && number === String(line)
        return (
          <Fragment key={number || code}>
            <div className={classes(styles.line, isHit && styles.hit)}>
              <i>{number}</i>
              <span>{isHit ? <Faulty code={code} part={part} /> : <Highlighted text={code} language="hcl" />}</span>
            </div>
            {isHit && message && (
              <div className={styles.line}>
                <i />
                <span className={styles.message}>
                  {' '.repeat(Math.max(0, part ? code.indexOf(part) : code.search(/\S|$/)))}
                  {message}
                </span>
              </div>
            )}
          </Fragment>
        )
      })}
    </div>
  )
}

function Faulty({ code, part }: { code: string; part: string | undefined }) {
  const at = part ? code.indexOf(part) : -1
  if (!part || at < 0) return code
  return (
    <>
      {code.slice(0, at)}
      <u>{part}</u>
      {code.slice(at + part.length)}
    </>
  )
}
