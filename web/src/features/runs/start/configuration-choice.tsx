// Which files a run that is started once more shall have: those of the earlier run, or the workspace's newest.
import { useQuery } from '@tanstack/react-query'
import { get, type Schema } from '@/api/query'
import { Radio } from '@/ui/choice'
import { Time } from '@/ui/time'

interface ConfigurationChoiceProps {
  workspace: string
  /** The configuration version of the earlier run. */
  earlier: string
  /** The chosen one; empty for the newest. */
  value: string
  onChange: (configuration: string) => void
}

const NEWEST = 'newest'

/** Nothing while there is no choice: the earlier run's files are the newest. */
export function ConfigurationChoice({ workspace, earlier, value, onChange }: ConfigurationChoiceProps) {
  const newest = useQuery(newestOf(workspace)).data?.data.find(isNewest)
  const own = useQuery(get('/api/v2/configuration-versions/{configuration_version}', { params: { path: { configuration_version: earlier } } })).data?.data
  if (!newest || newest.id === earlier) return null
  return (
    <Radio
      label="Configuration"
      name="configuration"
      value={value === '' ? NEWEST : earlier}
      onChange={(chosen) => onChange(chosen === NEWEST ? '' : earlier)}
      options={[
        {
          value: earlier,
          label: 'That of this run',
          help: own && <Uploaded {...own.attributes} />,
          disabledReason: own && own.attributes.status !== 'uploaded' ? 'Its files are not here any more.' : null,
        },
        { value: NEWEST, label: 'The newest of the workspace', help: <Uploaded {...newest.attributes} /> },
      ]}
    />
  )
}

const Uploaded = ({ 'created-at': at, speculative }: Schema<'ConfigurationVersion'>) => (
  <>
    Uploaded <Time at={at} />
    {speculative && ', and only to be planned'}.
  </>
)

/** Some more than one: the newest may be without files, or only to be planned. */
const newestOf = (workspace: string) =>
  get('/api/v2/workspaces/{workspace}/configuration-versions', { params: { path: { workspace }, query: { 'page[size]': 20 } } })

/** What the server takes when it is told nothing. */
const isNewest = ({ attributes }: { attributes: Schema<'ConfigurationVersion'> }) =>
  attributes.status === 'uploaded' && !attributes.speculative
