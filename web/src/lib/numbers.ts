// Numbers as people read them.

/** `1,182`. */
export function count(value: number): string {
  return value.toLocaleString('en-GB')
}

/** A total of a list: the server counts no further than 100,000. */
export function total(value: number): string {
  return value > 100_000 ? 'over 100,000' : count(value)
}

/** `1 workspace`, `3 workspaces`; give the plural where it is not just an s. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** `812 B`, `4.2 KiB`, `18 MiB`. */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let size = value
  let unit = 0
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024
    unit += 1
  }
  return `${unit === 0 || size >= 10 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`
}
