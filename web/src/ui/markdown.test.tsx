import { render, screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { expectAccessible } from '@/testing/axe'
import { Markdown } from './markdown'

const markup = (text: string) => render(<Markdown text={text} />).container

test('what people write is read: headings, lists, tables, code, links', async () => {
  const container = markup('# One\n\nSee [there](https://example.com/a) and **this** `code` &amp; *that*.\n\n- a\n- [x] b\n\n| A | B |\n| --- | --- |\n| 1 | 2 |\n\n```hcl\nsize = 1\n```\n\n> said\n\n2. two\n')
  expect(screen.getByRole('heading', { name: 'One', level: 3 })).toBeDefined()
  expect(screen.getByRole('link', { name: /there/ }).getAttribute('rel')).toBe('noreferrer')
  expect(container.querySelector('p')?.textContent).toContain('this code & that.')
  expect(screen.getByRole('columnheader', { name: 'A' })).toBeDefined()
  expect(container.querySelector('pre')?.textContent).toBe('size = 1')
  expect(container.querySelector('ol')?.getAttribute('start')).toBe('2')
  expect(container.textContent).toContain('☑ b')
  await expectAccessible(container)
})

test('nothing in it becomes HTML, runs or is fetched', () => {
  const container = markup(
    '<script>alert(1)</script>\n\n<img src=x onerror=alert(1)> and <b>bold</b>\n\n[a](javascript:alert(1)) [b](data:text/html,x) [c](/app/acme) [d](JaVaScRiPt:x) ![pixel](https://example.com/p.png)\n\n<https://example.com>',
  )
  expect(container.querySelector('script, img, b, iframe')).toBeNull()
  expect(container.textContent).toContain('<script>alert(1)</script>')
  expect(container.textContent).toContain('<b>bold</b>')
  const addresses = [...container.querySelectorAll('a')].map((link) => link.getAttribute('href'))
  expect(addresses).toEqual(['https://example.com/p.png', 'https://example.com/'])
})
