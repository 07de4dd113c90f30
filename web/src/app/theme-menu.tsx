// Light, dark, or as the system has it.
import { Menu } from '@/ui/menu'
import { IconButton } from '@/ui/button'
import { type ThemeChoice, useTheme } from '@/ui/use-theme'

const CHOICES: readonly { value: ThemeChoice; title: string; icon: 'sun' | 'moon' | 'settings' }[] = [
  { value: 'auto', title: 'As the system', icon: 'settings' },
  { value: 'light', title: 'Light', icon: 'sun' },
  { value: 'dark', title: 'Dark', icon: 'moon' },
]

export function ThemeMenu() {
  const { choice, isDark, choose } = useTheme()
  return (
    <Menu
      trigger={<IconButton icon={isDark ? 'moon' : 'sun'} label="Theme" />}
      groups={[
        {
          items: CHOICES.map(({ value, title, icon }) => ({
            title,
            icon,
            isChosen: value === choice,
            onSelect: () => choose(value),
          })),
        },
      ]}
    />
  )
}
