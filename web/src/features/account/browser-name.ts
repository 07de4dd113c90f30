// What a browser calls itself, in a few words: enough to tell one's own browsers apart.

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/Edg(?:e|A|iOS)?\/(\d+)/, 'Edge'],
  [/OPR\/(\d+)/, 'Opera'],
  [/(?:Firefox|FxiOS)\/(\d+)/, 'Firefox'],
  [/(?:Chrome|CriOS|Chromium|HeadlessChrome)\/(\d+)/, 'Chrome'],
  [/Version\/(\d+).*Safari/, 'Safari'],
]

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux|X11/, 'Linux'],
]

/** `Firefox 140 on Linux`; the beginning of the text itself where it is something else. */
export function browserName(agent: string | null | undefined): string {
  if (!agent) return 'Unknown browser'
  const known = BROWSERS.map(([pattern, name]) => ({ name, match: pattern.exec(agent) })).find(({ match }) => match)
  const system = SYSTEMS.find(([pattern]) => pattern.test(agent))?.[1]
  if (!known) return agent.slice(0, 48)
  return `${known.name} ${known.match?.[1] ?? ''}${system ? ` on ${system}` : ''}`
}
