// All resources that the filters let pass, with what they stand on, as a picture. Too many are for nobody: that is said.
import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import { toApiError } from '@/api/errors'
import { Alert, ErrorNotice } from '@/ui/alert'
import { Graph } from '@/ui/graph'
import { Skeleton } from '@/ui/skeleton'
import { type Resource, resourcesOf } from '../queries'
import { MOST_DRAWN, pictureOf } from './arranged'
import styles from '../resources.module.css'

/** The most that the API has on a page. */
const PAGE = 100

interface PictureProps {
  organization: string
  filters: Parameters<typeof resourcesOf>[1]
  /** How many there are. */
  total: number
}

export default function Picture({ organization, filters, total }: PictureProps) {
  const isTooMuch = total > MOST_DRAWN
  const pages = isTooMuch ? [] : Array.from({ length: Math.max(1, Math.ceil(total / PAGE)) }, (_, at) => at + 1)
  const answers = useQueries({
    queries: pages.map((page) => resourcesOf(organization, { ...filters, 'page[size]': PAGE, 'page[number]': page })),
  })
  const rows = answers.flatMap(({ data }) => (data?.data ?? []) as readonly Resource[])
  const drawn = useMemo(() => pictureOf(organization, rows), [organization, rows])
  const error = answers.find((answer) => answer.error)?.error
  if (isTooMuch) {
    return (
      <div className={styles.apart}>
        <Alert tone="neutral" title={`${total} resources are too many for a picture`}>
          Up to {MOST_DRAWN} are drawn: filter by project, template or label. Until then they are listed.
        </Alert>
      </div>
    )
  }
  if (error) return <ErrorNotice error={toApiError(error)} />
  if (answers.some(({ data }) => !data)) return <Skeleton height={320} />
  return (
    <>
      <Graph label="Resources, and what they stand on" nodes={drawn.nodes} lines={drawn.lines} />
      <p className={styles.caption}>What stands left carries what is right of it; arrow keys follow the lines. What the filters leave out, and what is destroyed, is not drawn.</p>
    </>
  )
}
