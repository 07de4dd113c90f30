// The reader of one log, reading as long as it is shown.
import { useEffect, useState, useSyncExternalStore } from 'react'
import type { LogReader, LogState } from './log-reader'

/** `line` is read first, beside the end. */
export function useLogReader(make: () => LogReader, line: number | null): readonly [LogReader, LogState] {
  const [reader] = useState(make)
  const [first] = useState(line)
  useEffect(() => {
    void reader.open(first)
    return () => reader.close()
  }, [reader, first])
  return [reader, useSyncExternalStore(reader.watch, reader.read)]
}
