// Starting a run, as a page: of one workspace, or of one to choose.
import { useParams } from '@tanstack/react-router'
import { addresses } from '@/lib/addresses'
import { useOrganization, useSearchState } from '@/lib/search'
import { LinkButton } from '@/ui/button'
import { PageHead } from '@/ui/page-head'
import { parseStartSearch } from './search'
import { StartRunForm } from './start-run-form'
import styles from './start.module.css'

export default function StartRunPage() {
  const organization = useOrganization()
  const { workspace } = useParams({ strict: false }) as { workspace?: string }
  const [{ destroy }] = useSearchState(parseStartSearch)
  const back = workspace ? addresses.workspace(organization, workspace, 'runs') : addresses.runs(organization)
  return (
    <>
      <PageHead
        title={workspace ? `Start a run of ${workspace}` : 'Start a run'}
        meta={<span>With the newest configuration of the workspace. To run other files, upload them or use the command line in their folder.</span>}
        crumbs={
          workspace
            ? [
                { title: workspace, to: addresses.workspace(organization, workspace) },
                { title: 'Runs', to: back },
              ]
            : [{ title: 'Runs', to: back }]
        }
      />
      <div className={styles.page}>
        <StartRunForm
          // Another address asks for another run.
          key={`${workspace ?? ''} ${destroy ?? ''}`}
          organization={organization}
          workspace={workspace ?? null}
          {...(destroy && { initial: { operation: 'destroy' as const } })}
          beside={<LinkButton to={back}>Cancel</LinkButton>}
        />
      </div>
    </>
  )
}
