// An amount of data.
import { bytes, count } from '@/lib/numbers'

/** `4.2 KiB`; hovering says the exact number. */
export function Bytes({ value }: { value: number }) {
  return <span title={`${count(value)} bytes`}>{bytes(value)}</span>
}
