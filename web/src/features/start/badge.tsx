// How many things wait, behind "Start" in the navigation.
import { useQuery } from '@tanstack/react-query'
import { approvals, changes, failures, totalOf } from './queries'
import styles from './badge.module.css'

export function StartBadge({ organization }: { organization: string }) {
  const isOn = { enabled: organization !== '' }
  const confirm = useQuery({ ...approvals(organization), ...isOn }).data
  const decide = useQuery({ ...changes(organization), ...isOn }).data
  const failed = useQuery({ ...failures(organization), ...isOn }).data
  const value = totalOf(confirm as never) + totalOf(decide as never) + totalOf(failed as never)
  if (value === 0) return null
  return (
    <b className={styles.badge} title={`${value} waiting for you`}>
      {value}
    </b>
  )
}
