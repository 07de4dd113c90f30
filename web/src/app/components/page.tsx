// The living page of the console's primitives: every one, in its states, in both themes. It is their documentation.
import { lazy, Suspense } from 'react'
import { parameter, useSearchState } from '@/lib/search'
import { PageHead } from '@/ui/page-head'
import { Segmented } from '@/ui/segmented'
import { PageSkeleton } from '@/ui/skeleton'
import styles from './page.module.css'

const Specimens = lazy(() => import('./specimens'))

const THEMES = ['page', 'light', 'dark', 'both'] as const
type Themes = (typeof THEMES)[number]

const parse = (raw: Readonly<Record<string, unknown>>) => ({ theme: parameter.oneOf(raw['theme'], THEMES) ?? 'page' })

export default function Components() {
  const [{ theme }, change] = useSearchState(parse)
  return (
    <div className={styles.page}>
      <PageHead
        title="Components"
        meta="Every primitive of the console, in both themes, from one set of tokens."
        actions={
          <Segmented
            label="Theme of this page"
            value={theme}
            onChange={(value: Themes) => void change({ theme: value === 'page' ? undefined : value } as { theme: Themes })}
            options={[
              { value: 'page', text: 'Yours' },
              { value: 'light', text: 'Light' },
              { value: 'dark', text: 'Dark' },
              { value: 'both', text: 'Both' },
            ]}
          />
        }
      />
      <Suspense fallback={<PageSkeleton />}>
        <div className={theme === 'both' ? styles.both : undefined}>
          {(theme === 'both' ? (['light', 'dark'] as const) : [theme]).map((shown) => (
            <div key={shown} className={styles.stage} {...(shown !== 'page' && { 'data-theme': shown })}>
              <Specimens />
            </div>
          ))}
        </div>
      </Suspense>
    </div>
  )
}
