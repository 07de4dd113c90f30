// The theme that the user chose, and the one that is shown.
import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core'

/** `auto` follows the system. */
export type ThemeChoice = 'auto' | 'light' | 'dark'

/** The choice is kept in this browser: machines differ, and it must be known before the first paint. */
export function useTheme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const shown = useComputedColorScheme('light', { getInitialValueInEffect: false })
  return { choice: colorScheme satisfies ThemeChoice, isDark: shown === 'dark', choose: (choice: ThemeChoice) => setColorScheme(choice) }
}
