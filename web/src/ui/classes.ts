// Class names from conditions.

/** `classes('a', isOn && 'b')` is `"a b"`; what is false or undefined is left out. */
export function classes(...names: readonly (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(' ')
}
