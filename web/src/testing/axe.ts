// What axe-core finds wrong with the accessibility of what is shown; colours need a browser and are tried in the flows.
import axe from 'axe-core'
import { expect } from 'vitest'

/** Fails with what is wrong and where. */
export async function expectAccessible(container: Element) {
  const { violations } = await axe.run(container, {
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
  })
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map((node) => node.html).join('\n  ')}`)
  expect(found).toEqual([])
}
