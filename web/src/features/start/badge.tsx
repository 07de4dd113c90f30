// How many things wait, behind "Start" in the navigation.
import { useQuery } from '@tanstack/react-query'
import { failedWorkspaces, useApprovals } from './queries'
import styles from './badge.module.css'

export function StartBadge({ organization }: { organization: string }) {
  const approvals = useApprovals(organization) ?? []
  const failed = useQuery({ ...failedWorkspaces(organization), enabled: organization !== '' }).data?.data ?? []
  const value = approvals.length + failed.length
  if (value === 0) return null
  return (
    <b className={styles.badge} title={`${value} waiting for you`}>
      {value}
    </b>
  )
}
