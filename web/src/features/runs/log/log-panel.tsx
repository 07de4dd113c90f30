// The log beside the plan: its end first, following what is written; any line has a link, every line can be found.
import { type KeyboardEvent, useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { count } from '@/lib/numbers'
import { ErrorNotice } from '@/ui/alert'
import { Button, IconButton } from '@/ui/button'
import { Segmented } from '@/ui/segmented'
import { Skeleton } from '@/ui/skeleton'
import { toastError } from '@/ui/toast'
import { downloadLog } from './download'
import { LogLine } from './log-line'
import { LogSource, type PhaseKind } from './log-source'
import { LogSearch } from './log-search'
import { useLineWindow } from './use-line-window'
import { useLogSearch } from './use-log-search'
import styles from './log.module.css'

export interface LogPanelProps {
  /** `/api/v2/plans/plan-…/log` */
  address: string
  phase: PhaseKind
  /** What logs there are to choose from. */
  phases: readonly PhaseKind[]
  onPhase: (phase: PhaseKind) => void
  /** The line in the address. */
  line: number | null
  onLine: (line: number | null) => void
  /** What is searched for, in the address. */
  search: string
  onSearch: (search: string) => void
  /** What to say while there is no log. */
  whenAbsent: string
}

/** A new source for each log: give it `key={address}`. */
export function LogPanel(props: LogPanelProps) {
  const { address, phase, phases, line, onLine } = props
  const [source, state] = useSource(address, line)
  const [isFollowing, setFollowing] = useState(line === null && props.search === '')
  const [isSearching, setSearching] = useState(props.search !== '')
  const reach = useCallback((isAtEnd: boolean) => setFollowing(isAtEnd), [])
  const view = useLineWindow({ total: state.total, isFollowing, onReach: reach })
  const found = useLogSearch(source, props.search, state.total)
  const input = useRef<HTMLInputElement>(null)

  const { show } = view
  const go = useCallback(
    (to: number) => {
      setFollowing(false)
      show(to)
    },
    [show],
  )
  useEffect(() => source.want(view.first, view.last), [source, view.first, view.last, state])
  // A line in the address is shown once the log is there, and when the address changes.
  const isReady = state.phase === 'ready'
  useEffect(() => {
    if (isReady && line !== null) go(line)
    // Only when the line changes: not when the log grows.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [isReady, line])
  useEffect(() => {
    if (found.current !== null) go(found.current)
    // oxlint-disable-next-line react/exhaustive-deps
  }, [found.current, found.steps])

  const openSearch = () => {
    setSearching(true)
    requestAnimationFrame(() => input.current?.focus())
  }
  const closeSearch = () => {
    setSearching(false)
    props.onSearch('')
    view.scroller.current?.focus()
  }
  const onKey = (event: KeyboardEvent) => {
    const isFind = event.key === '/' || (event.key === 'f' && (event.ctrlKey || event.metaKey))
    if (isFind) openSearch()
    else if (event.key === 'End') setFollowing(true)
    else if (event.key === 'Home') go(1)
    else if (event.key === 'n' && found.total > 0) found.step(event.shiftKey ? -1 : 1)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const link = useCallback((to: number) => onLine(to === line ? null : to), [line, onLine])

  return (
    <section className={styles.panel} aria-label="Log">
      <header>
        {phases.length > 1 ? (
          <Segmented
            label="Log of"
            value={phase}
            options={phases.map((value) => ({ value, text: value === 'plan' ? 'Plan log' : 'Apply log' }))}
            onChange={props.onPhase}
          />
        ) : (
          <h2>Log</h2>
        )}
        {isReady && <span className={styles.count}>{count(state.total)} lines</span>}
        <span className={styles.end}>
          <IconButton icon="search" label="Search the log" aria-pressed={isSearching} onClick={isSearching ? closeSearch : openSearch} />
          <DownloadLog address={address} />
          <Button
            size="sm"
            look="quiet"
            icon={isFollowing ? 'check' : 'follow'}
            aria-pressed={isFollowing}
            onClick={() => setFollowing(!isFollowing)}
          >
            Follow
          </Button>
        </span>
      </header>
      {isSearching && <LogSearch ref={input} value={props.search} onChange={props.onSearch} onClose={closeSearch} found={found} />}
      {isReady ? (
        // The keyboard scrolls it.
        <div
          ref={view.scroller}
          className={styles.scroller}
          role="log"
          aria-label={phase === 'plan' ? 'Plan log' : 'Apply log'}
          aria-live="off"
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          onScroll={view.onScroll}
          onKeyDown={onKey}
        >
          <div ref={view.content} className={styles.content}>
            <div ref={view.lines} className={styles.lines} style={{ '--log-digits': digitsWidth(state.total) } as React.CSSProperties}>
              {range(view.first, Math.min(view.last, state.total)).map((number) => (
                <LogLine
                  key={number}
                  number={number}
                  text={source.store.line(number)}
                  search={found.text}
                  isLinked={number === line}
                  isFound={number === found.current}
                  onLink={link}
                />
              ))}
            </div>
          </div>
        </div>
      ) : (
        <Instead state={state} whenAbsent={props.whenAbsent} />
      )}
    </section>
  )
}

function Instead({ state, whenAbsent }: { state: ReturnType<LogSource['read']>; whenAbsent: string }) {
  if (state.phase === 'failed' && state.error) return <ErrorNotice error={state.error} />
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

function DownloadLog({ address }: { address: string }) {
  const [isBusy, setBusy] = useState(false)
  const download = async () => {
    setBusy(true)
    await downloadLog(address, `${address.split('/').at(-2) ?? 'run'}.log`).catch(toastError)
    setBusy(false)
  }
  return <IconButton icon="download" label="Download the log" isBusy={isBusy} onClick={() => void download()} />
}

function useSource(address: string, line: number | null) {
  const [source, setSource] = useState(() => new LogSource(address))
  const first = useRef(line)
  useEffect(() => {
    // Effects run twice in development: a source that was closed is not opened again.
    const opened = new LogSource(address)
    setSource(opened)
    void opened.open(first.current)
    return () => opened.close()
  }, [address])
  return [source, useSyncExternalStore(source.watch, source.read)] as const
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at)
}

/** Room for the highest number. */
function digitsWidth(total: number): string {
  return `${Math.max(4, String(total).length) * 7 + 16}px`
}
