// How a workflow is carried out.
import { useQuery } from '@tanstack/react-query'
import { related } from '@/api/query'
import { addresses } from '@/lib/addresses'
import { KeyValue } from '@/ui/key-value'
import { Link } from '@/ui/link'
import { Section } from '@/ui/section'
import { Text } from '@/ui/text'
import { Duration, Time } from '@/ui/time'
import { projectsOf, type Workflow } from '../queries'
import { stopWords } from '../words'

export function About({ organization, workflow }: { organization: string; workflow: Workflow }) {
  const { attributes } = workflow
  const project = related(workflow, 'project')
  const projects = useQuery(projectsOf(organization)).data?.data
  const { 'started-at': started, 'ended-at': ended } = attributes
  return (
    <Section title="How" isRuled>
      <KeyValue
        entries={[
          ['Steps at once', String(attributes.parallel)],
          ['Stops', stopWords(attributes['stop-after'])],
          ['Plans', attributes['auto-apply'] ? 'applied by themselves where no rule holds them' : 'wait for a yes each'],
          project
            ? [
                'Project',
                <Link key="project" to={addresses.project(organization, project)}>
                  {projects?.find(({ id }) => id === project)?.attributes.name ?? project}
                </Link>,
              ]
            : ['Projects', <Text key="several" level={2}>several</Text>],
          started ? ['Started', <Time key="started" at={started} />] : null,
          started ? [ended ? 'Took' : 'Takes', <Duration key="took" from={started} to={ended} />] : null,
        ]}
      />
    </Section>
  )
}
