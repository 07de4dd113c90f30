// The log beside the plan: its end first, following what is written; any line has a link, every line can be found.
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useEffectEvent, useRef, useState } from 'react'
import { counted } from '@/lib/numbers'
import { ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Skeleton } from '@/ui/skeleton'
import { toastError } from '@/ui/toast'
import { LogLine } from './log-line'
import type { LogReader, LogState } from './log-reader'
import { LogSearch } from './log-search'
import { useLineWindow } from './use-line-window'
import { useLogReader } from './use-log-reader'
import { useLogSearch } from './use-log-search'
import styles from './log.module.css'

export interface LogPanelProps {
  /** Makes what reads it, once: give the panel a `key` for each log. */
  reader: () => LogReader
  /** Says which log it is: "Plan log". */
  label: string
  /** Which of several logs is shown, or what of it. */
  choice?: ReactNode
  /** The line in the address. */
  line: number | null
  onLine: (line: number | null) => void
  /** What is searched for, in the address. */
  search: string
  onSearch: (search: string) => void
  /** What to say while there is no log. */
  whenAbsent: string
}

// Beside the choice of logs there is little room.
const SHORT = new Intl.NumberFormat('en-GB', { notation: 'compact' })

export function LogPanel(props: LogPanelProps) {
  const { label, choice, line, onLine } = props
  const [source, state] = useLogReader(props.reader, line)
  const [isFollowing, setFollowing] = useState(line === null && props.search === '')
  const [isSearching, setSearching] = useState(props.search !== '')
  const isReady = state.phase === 'ready'
  const { first, last, scroller, content, lines, onScroll, show, focus } = useLineWindow({
    total: state.total,
    isShown: isReady,
    isFollowing,
    onReach: setFollowing,
  })
  const found = useLogSearch(source, props.search, state.total)
  const input = useRef<HTMLInputElement>(null)

  const go = (to: number) => {
    setFollowing(false)
    show(to)
  }
  // Also when the log grew or a part of it came.
  // oxlint-disable-next-line react/exhaustive-effect-dependencies
  useEffect(() => source.want(first, last), [source, first, last, state])
  useGoal(isReady ? line : null, 0, go)
  useGoal(isReady ? found.line : null, found.steps, go)

  const openSearch = () => {
    setSearching(true)
    requestAnimationFrame(() => input.current?.focus())
  }
  const closeSearch = () => {
    setSearching(false)
    props.onSearch('')
    focus()
  }
  const onKey = (event: KeyboardEvent) => {
    const isFind = event.key === '/' || (event.key === 'f' && (event.ctrlKey || event.metaKey))
    if (isFind) openSearch()
    else if (event.key === 'End') setFollowing(true)
    else if (event.key === 'Home') go(1)
    else if (event.key === 'n' && found.total > 0) found.step(1)
    else if (event.key === 'N' && found.total > 0) found.step(-1)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const link = useCallback((to: number) => onLine(to === line ? null : to), [line, onLine])

  return (
    <section className={styles.panel} aria-label="Log">
      <header>
        <h2>Log</h2>
        {choice}
        {isReady && (
          <span className={styles.count} title={counted(state.total, 'line')}>
            {choice ? SHORT.format(state.total) : counted(state.total, 'line')}
          </span>
        )}
        <span className={styles.end}>
          <IconButton icon="search" label="Search the log" aria-pressed={isSearching} onClick={isSearching ? closeSearch : openSearch} />
          <DownloadLog reader={source} />
          <Button
            size="sm"
            look="quiet"
            icon={isFollowing ? 'check' : 'chevron-down'}
            aria-pressed={isFollowing}
            onClick={() => setFollowing(!isFollowing)}
          >
            Follow
          </Button>
        </span>
      </header>
      {isSearching && <LogSearch ref={input} value={props.search} onChange={props.onSearch} onClose={closeSearch} found={found} />}
      {isReady ? (
        // The keyboard scrolls it, and finds in it.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
        <div
          ref={scroller}
          className={styles.scroller}
          role="log"
          aria-label={label}
          aria-live="off"
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          onScroll={onScroll}
          onKeyDown={onKey}
        >
          <div ref={content} className={styles.content}>
            <div ref={lines} className={styles.lines} style={{ '--log-digits': digitsWidth(state.total) } as React.CSSProperties}>
              {range(first, Math.min(last, state.total)).map((number) => (
                <LogLine
                  key={number}
                  number={number}
                  text={source.store.line(number)}
                  search={found.text}
                  isLinked={number === line}
                  isFound={number === found.line}
                  onLink={link}
                />
              ))}
            </div>
          </div>
        </div>
      ) : (
        <Instead state={state} whenAbsent={props.whenAbsent} onRetry={() => void source.open(line)} />
      )}
    </section>
  )
}

interface InsteadProps {
  state: LogState
  whenAbsent: string
  onRetry: () => void
}

function Instead({ state, whenAbsent, onRetry }: InsteadProps) {
  if (state.phase === 'failed' && state.error) return <ErrorNotice error={state.error} onRetry={onRetry} />
  if (state.phase === 'absent') return <div className={styles.empty}>{whenAbsent}</div>
  return (
    <div className={styles.scroller} aria-busy="true">
      <div className={styles.line}>
        <span className={styles.number}>1</span>
        <Skeleton width="60%" />
      </div>
    </div>
  )
}

function DownloadLog({ reader }: { reader: LogReader }) {
  const [isBusy, setBusy] = useState(false)
  const download = async () => {
    setBusy(true)
    await reader.keep().catch((thrown: unknown) => toastError(thrown, 'The log was not downloaded.'))
    setBusy(false)
  }
  return <IconButton icon="download" label="Download the log" isBusy={isBusy} onClick={() => void download()} />
}

/** Goes to a line when it is another one than before: in the address, or in what was found. */
function useGoal(line: number | null, steps: number, go: (line: number) => void) {
  const follow = useEffectEvent(go)
  useEffect(() => {
    if (line !== null) follow(line)
    // A step to the same line shows it again.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [line, steps])
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at)
}

/** Room for the highest number. */
function digitsWidth(total: number): string {
  return `${Math.max(4, String(total).length) * 7 + 16}px`
}
