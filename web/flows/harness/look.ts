// Looking at a page: with axe in both themes, for what does not fit into 360 px, and as pictures for people.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { COLOURS, violations } from './axe'
import { screenshots } from './project'
import { until } from './until'

type Theme = 'light' | 'dark'

const DESK = { width: 1280, height: 800 }
/** The narrowest that everything can be read at. */
const PHONE = { width: 360, height: 740 }

const isWhole = process.env['FLOWS_ALL'] === '1'
/** Pictures of whole pages, not of what a window shows of them: for who looks at all of it. */
const isFull = process.env['FLOWS_FULL'] === '1'
const seed = process.env['FLOWS_SEED'] ?? '1'

/** Whether the sample has this one: about every second, which ones the seed says. */
export function isSampled(name: string): boolean {
  if (isWhole) return true
  let mixed = 2166136261
  for (const letter of `${seed}/${name}`) mixed = Math.imul(mixed ^ letter.charCodeAt(0), 16777619) >>> 0
  return ((mixed >>> 13) & 1) === 0
}

/** What is wrong with a page, and where it was seen. */
export interface Fault {
  readonly what: string
  readonly where: string
}

/** Faults of the page as it is now; `flow` and `step` name its pictures. Leaves it light and wide. */
export async function look(page: Page, flow: string, step: string): Promise<readonly Fault[]> {
  const found: Fault[] = []
  const folder = join(screenshots, flow)
  mkdirSync(folder, { recursive: true })
  const picture = async (theme: Theme, width: number) => {
    if (!isSampled(`${flow}/${step}/${theme}/${width}`)) return
    // What sticks to the window would otherwise stand in the middle of the page.
    if (isFull) await page.evaluate(() => window.scrollTo(0, 0))
    await page.screenshot({ path: join(folder, `${step}-${theme}-${width}.png`), animations: 'disabled', fullPage: isFull })
  }
  const note = (theme: Theme, width: number, problems: readonly string[]) =>
    found.push(...problems.map((what) => ({ what, where: `${step} (${theme}, ${width} px)` })))

  for (const theme of ['dark', 'light'] as const) {
    await dress(page, theme)
    await picture(theme, DESK.width)
    note(theme, DESK.width, await violations(page, theme === 'light' ? undefined : COLOURS))
  }
  await page.setViewportSize(PHONE)
  await settled(page)
  note('light', PHONE.width, await tooWide(page))
  if (isSampled(`${flow}/${step}/axe`)) note('light', PHONE.width, await atTheTop(page, () => violations(page)))
  await picture('light', PHONE.width)
  if (isSampled(`${flow}/${step}/dark/${PHONE.width}`)) {
    await dress(page, 'dark')
    await picture('dark', PHONE.width)
    await dress(page, 'light')
  }
  await page.setViewportSize(DESK)
  await settled(page)
  return found
}

/** Axe measures what is left of an element that the head of the page half covers: at the top it covers nothing. */
async function atTheTop<Found>(page: Page, find: () => Promise<Found>): Promise<Found> {
  const from = await page.evaluate(() => window.scrollY)
  await page.evaluate(() => window.scrollTo(0, 0))
  const found = await find()
  await page.evaluate((to) => window.scrollTo(0, to), from)
  return found
}

async function dress(page: Page, theme: Theme) {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
  await page.waitForFunction((wanted) => {
    const worn = document.documentElement.getAttribute('data-mantine-color-scheme')
    return worn === null || worn === wanted
  }, theme)
  await settled(page)
}

/** Waits until nothing is on its way to the page and nothing moves. */
export async function settled(page: Page) {
  await until(
    `${page.url()} is at rest`,
    () => page.evaluate(async () => {
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
      // The living page of the parts shows a page that never comes.
      const isBusy = !location.pathname.endsWith('/components') && document.querySelector('[aria-busy="true"]') !== null
      const moving = document.getAnimations().filter((animation) => {
        const timing = animation.effect?.getComputedTiming()
        return animation.playState === 'running' && timing?.iterations !== Infinity
      })
      return !isBusy && moving.length === 0
    }),
    20_000,
  )
}

/** What makes a narrow page scroll sideways (WCAG 2.2, 1.4.10). What scrolls within itself is fine. */
function tooWide(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth
    if (document.documentElement.scrollWidth <= width) return []
    const isOut = (element: Element) => element.getBoundingClientRect().right > width + 1
    const out = [...document.querySelectorAll('body *')].filter(
      (element) => isOut(element) && ![...element.children].some(isOut),
    )
    const names = out.slice(0, 5).map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''}`)
    return [`the page scrolls sideways (${document.documentElement.scrollWidth} px) because of ${names.join(', ')}`]
  })
}

/** Each fault once, with the places where it was seen. */
export function told(faults: readonly Fault[]): readonly string[] {
  const places = new Map<string, Set<string>>()
  for (const { what, where } of faults) {
    // Ids differ from page to page.
    const key = what.replaceAll(/mantine-\w+/g, 'mantine-*')
    places.set(key, (places.get(key) ?? new Set()).add(where))
  }
  return [...places].map(([what, where]) => `${what}\n    seen on ${summary([...where])}`)
}

function summary(places: readonly string[]): string {
  const more = places.length - 3
  return places.slice(0, 3).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
