// The tokens as Mantine's theme, so that its floating parts look like ours. Colours stay in tokens.css.
import { createTheme, type CSSVariablesResolver, localStorageColorSchemeManager } from '@mantine/core'

export const theme = createTheme({
  fontFamily: 'var(--font-ui)',
  fontFamilyMonospace: 'var(--font-mono)',
  fontSizes: { xs: '11px', sm: '12px', md: '13px', lg: '14px', xl: '16px' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '3px', sm: '5px', md: '8px', lg: '8px', xl: '8px' },
  defaultRadius: 'sm',
  shadows: { xs: 'var(--shadow-1)', sm: 'var(--shadow-2)', md: 'var(--shadow-2)', lg: 'var(--shadow-3)', xl: 'var(--shadow-3)' },
  focusRing: 'never',
  cursorType: 'pointer',
  respectReducedMotion: true,
})

/** Mantine's names for our tokens. */
export const variables: CSSVariablesResolver = () => ({
  variables: {
    '--mantine-color-body': 'var(--page)',
    '--mantine-color-text': 'var(--text-1)',
    '--mantine-color-bright': 'var(--text-1)',
    '--mantine-color-dimmed': 'var(--text-3)',
    '--mantine-color-placeholder': 'var(--text-3)',
    '--mantine-color-default': 'var(--surface)',
    '--mantine-color-default-hover': 'var(--hover)',
    '--mantine-color-default-border': 'var(--line-2)',
    '--mantine-color-default-color': 'var(--text-1)',
    '--mantine-color-disabled': 'var(--n-2)',
    '--mantine-color-disabled-color': 'var(--text-off)',
    '--mantine-primary-color-filled': 'var(--accent-solid)',
    '--mantine-primary-color-filled-hover': 'var(--accent-hover)',
    '--mantine-primary-color-contrast': 'var(--on-accent)',
    '--mantine-primary-color-light': 'var(--accent-bg)',
    '--mantine-primary-color-light-color': 'var(--accent-fg)',
    '--mantine-color-anchor': 'var(--accent-fg)',
    '--mantine-color-error': 'var(--danger-fg)',
    '--mantine-color-success': 'var(--success-fg)',
  },
  light: {},
  dark: {},
})

/** Where the choice is kept; first.js reads the same key before the first paint. */
export const colorSchemeManager = localStorageColorSchemeManager({ key: 'slipway-theme' })

/** The nonce of this answer's content security policy, for the styles that Mantine puts into the page. */
export function styleNonce(): string {
  return document.querySelector('meta[name="csp-nonce"]')?.getAttribute('content') ?? ''
}
