// A run by its message, where only its id is known.
import { useQuery } from '@tanstack/react-query'
import { get } from '@/api/query'
import { Text } from '@/ui/text'

export function RunName({ id }: { id: string }) {
  const { data, isError } = useQuery({ ...get('/api/v2/runs/{run}', { params: { path: { run: id } } }), staleTime: Infinity })
  const run = data?.data.attributes
  if (!run) return <Text isMono>{isError ? id : ''}</Text>
  return (
    <>
      {run.message || id} <Text level={3}>{run['started-by'] ? `by ${run['started-by']}` : ''}</Text>
    </>
  )
}
