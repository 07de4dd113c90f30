// A terminal on the page: xterm.js, in the colours of the console and under its content security policy.
import { FitAddon } from '@xterm/addon-fit'
import { type ITheme, Terminal as Screen } from '@xterm/xterm'
import '@xterm/xterm/css/xterm.css'
import { useEffect, useEffectEvent, useRef } from 'react'
import { styleNonce } from '@/ui/theme'
import { openShell, type ShellState } from './session'
import styles from './shell.module.css'

interface TerminalProps {
  app: string
  unit: string
  label: string
  onState: (state: ShellState) => void
}

/** Opens a shell while it is there, and ends it when it goes: give it a `key` for each. */
export function Terminal({ app, unit, label, onState }: TerminalProps) {
  const place = useRef<HTMLDivElement>(null)
  const tell = useEffectEvent(onState)
  const name = useEffectEvent(() => label)
  useEffect(() => {
    const element = place.current
    if (!element) return
    const end = underPolicy(document)
    const screen = new Screen({
      fontFamily: read('--font-mono'),
      fontSize: 13,
      scrollback: 5_000,
      screenReaderMode: true,
      theme: colours(),
      minimumContrastRatio: 4.5,
    })
    const fit = new FitAddon()
    screen.loadAddon(fit)
    screen.open(element)
    screen.textarea?.setAttribute('aria-label', name())
    fit.fit()
    const size = () => ({ columns: screen.cols, rows: screen.rows })
    const shell = openShell({
      app,
      ...(unit && { unit }),
      size: size(),
      onOutput: (bytes) => screen.write(bytes),
      onState: (state) => {
        tell(state)
        if (state.phase === 'open') screen.focus()
        else if (state.phase !== 'connecting') screen.options.disableStdin = true
      },
    })
    screen.onData(shell.type)
    const watch = new ResizeObserver(() => {
      fit.fit()
      shell.resize(size())
    })
    watch.observe(element)
    const dressed = new MutationObserver(() => (screen.options.theme = colours()))
    dressed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-mantine-color-scheme'] })
    return () => {
      dressed.disconnect()
      watch.disconnect()
      shell.close()
      screen.dispose()
      end()
    }
  }, [app, unit])
  return <div ref={place} className={styles.terminal} />
}

const read = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

/** Of the tokens that the log has, too. */
function colours(): ITheme {
  const [background, foreground, cursor] = ['--surface', '--text-1', '--accent-fg'].map(read)
  return { ...(background && { background }), ...(foreground && { foreground }), ...(cursor && { cursor }), selectionBackground: read('--accent-bg') }
}

/**
 * Lets what makes styles pass the content security policy, until what it gives is called: xterm.js makes style elements, which need
 * the page's nonce, and writes style attributes, which are refused but for what a script sets one by one. It takes the page's own
 * document wherever it does so; who else makes elements meanwhile gets the same as before.
 */
function underPolicy(page: Document): () => void {
  const make = page.createElement.bind(page)
  page.createElement = (name: string, options?: ElementCreationOptions) => {
    const element = make(name, options)
    if (element instanceof HTMLStyleElement) element.nonce = styleNonce()
    const set = element.setAttribute.bind(element)
    element.setAttribute = (key: string, value: string) => {
      if (key === 'style') element.style.cssText = value
      else set(key, value)
    }
    return element
  }
  return () => {
    // What stands on the prototype is found again.
    delete (page as Partial<Document>).createElement
  }
}
