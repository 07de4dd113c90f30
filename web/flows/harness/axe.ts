// What axe-core finds against WCAG 2.2 AA, in words.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What depends on colours only; the rest is the same in both themes. */
export const COLOURS = ['color-contrast', 'link-in-text-block'] as const

/** Violations on the page as it is now; empty when there are none. `rules` limits it to these. */
export async function violations(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  // Not a script of the page: the policy of the page does not count for it, and stays as it is.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(source)
  const results = await page.evaluate(
    ([tags, only]) => {
      const runOnly = only ? { type: 'rule' as const, values: [...only] } : { type: 'tag' as const, values: [...tags] }
      const axe = (window as unknown as { axe: typeof import('axe-core') }).axe
      const more = only ? {} : { rules: { 'target-size': { enabled: true } } }
      return axe.run(document, { runOnly, resultTypes: ['violations'], ...more }) as Promise<AxeResults>
    },
    [TAGS, rules] as const,
  )
  return results.violations.flatMap((violation) =>
    violation.nodes.map((node) => {
      const why = (node.failureSummary ?? '').split('\n').slice(1).map((line) => line.trim())
      return `${violation.id} (${violation.help})\n    at ${node.target.join(' ')}\n    ${node.html.slice(0, 200)}\n    ${why.join('; ')}`
    }),
  )
}
