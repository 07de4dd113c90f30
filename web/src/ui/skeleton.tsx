// Grey bars in the places of what is on its way, so that nothing jumps when it comes.
import styles from './skeleton.module.css'

interface SkeletonProps {
  /** A CSS width. */
  width?: string
  /** Pixels. */
  height?: number
}

/** One bar. */
export function Skeleton({ width = '100%', height = 10 }: SkeletonProps) {
  return <span className={styles.bar} style={{ width, height }} />
}

/** A whole page on its way. */
export function PageSkeleton() {
  return (
    <div aria-busy="true" aria-label="Loading" role="status" className={styles.page}>
      <Skeleton width="240px" height={20} />
      <Skeleton width="360px" />
      <div className={styles.rows}>
        {['92%', '84%', '96%', '78%', '88%', '70%'].map((width) => (
          <Skeleton key={width} width={width} />
        ))}
      </div>
    </div>
  )
}
