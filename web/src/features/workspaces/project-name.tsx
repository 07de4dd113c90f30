// A project's name where only its id is known.
import { useQuery } from '@tanstack/react-query'
import { project, projects } from './queries'

/** The name, from the projects that are at hand or asked for by itself. */
export function ProjectName({ organization, id }: { organization: string; id: string | null }) {
  const known = useQuery(projects(organization))
  const name = known.data?.data.find((one) => one.id === id)?.attributes.name
  const isUnknown = known.isFetched && name === undefined && id !== null
  const asked = useQuery({ ...project(id ?? ''), enabled: isUnknown })
  return name ?? asked.data?.data.attributes.name ?? ''
}
