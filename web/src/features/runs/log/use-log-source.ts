// The source of one log, read as long as it is shown.
import { useEffect, useState, useSyncExternalStore } from 'react'
import { LogSource, type LogState } from './log-source'

/** `line` is read first, beside the end. */
export function useLogSource(address: string, line: number | null): readonly [LogSource, LogState] {
  const [source] = useState(() => new LogSource(address))
  const [first] = useState(line)
  useEffect(() => {
    void source.open(first)
    return () => source.close()
  }, [source, first])
  return [source, useSyncExternalStore(source.watch, source.read)]
}
