// Nothing flickers: what is on its way is shown only once it takes long enough to be noticed.
import { useEffect, useState } from 'react'

const NOTICED_MS = 150

/** True once `isOn` has been true for 150 ms, or as long as given. */
export function useNoticed(isOn: boolean, milliseconds = NOTICED_MS): boolean {
  const [isNoticed, setNoticed] = useState(false)
  useEffect(() => {
    if (!isOn) return
    const timer = setTimeout(() => setNoticed(true), milliseconds)
    return () => {
      clearTimeout(timer)
      setNoticed(false)
    }
  }, [isOn, milliseconds])
  return isOn && isNoticed
}

/** `value`, once it has stood still for `milliseconds`. */
export function useSettled<Value>(value: Value, milliseconds: number): Value {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds)
    return () => clearTimeout(timer)
  }, [value, milliseconds])
  return settled
}
