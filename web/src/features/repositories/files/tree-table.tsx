// A directory: directories first, then files with their sizes.
import { useLocation } from '@tanstack/react-router'
import type { Schema } from '@/api/query'
import { stringifySearch } from '@/lib/search-text'
import { Bytes } from '@/ui/bytes'
import { Icon, type IconName } from '@/ui/icon'
import { Link } from '@/ui/link'
import { type Column, Table } from '@/ui/table'
import { Text } from '@/ui/text'
import styles from '../repositories.module.css'

type Entry = Schema<'RepositoryEntry'>

interface TreeTableProps {
  /** Undefined while it is on its way. */
  tree: Schema<'RepositoryTree'> | undefined
  search: { readonly ref: string | undefined; readonly path: string | undefined }
}

const KINDS: Readonly<Record<string, { icon: IconName; word: string }>> = {
  directory: { icon: 'folder', word: 'directory' },
  program: { icon: 'terminal', word: 'program' },
  link: { icon: 'link', word: 'link' },
  submodule: { icon: 'branch', word: 'submodule' },
}

export function TreeTable({ tree, search }: TreeTableProps) {
  const here = useLocation({ select: ({ pathname }) => pathname })
  const path = search.path ?? ''
  const searchOf = ({ name, kind }: Entry) => {
    const inside = path === '' ? name : `${path}/${name}`
    return { ref: search.ref, ...(kind === 'directory' ? { path: inside } : { path: search.path, file: inside }) }
  }
  return (
    <Table
      label={path === '' ? 'Files' : `Files of ${path}`}
      rows={tree?.entries}
      rowKey={({ name }) => name}
      rowTo={(entry) => `${here}${stringifySearch(opens(entry) ? searchOf(entry) : search)}`}
      columns={columns(here, searchOf)}
      expected={8}
      empty={<Text level={3}>Nothing is in this directory.</Text>}
    />
  )
}

const opens = ({ kind }: Entry) => kind !== 'submodule'

function columns(here: string, searchOf: (entry: Entry) => Record<string, string | undefined>): readonly Column<Entry>[] {
  return [
    {
      key: 'name',
      title: 'Name',
      isWide: true,
      narrow: 'first',
      cell: (entry) => (
        <span className={styles.entry}>
          <Icon name={KINDS[entry.kind]?.icon ?? 'file'} size={14} label={KINDS[entry.kind]?.word ?? 'file'} />
          {opens(entry) ? (
            <Link to={here} search={searchOf(entry)} look="plain">
              {entry.name}
            </Link>
          ) : (
            <Text level={2}>{entry.name}</Text>
          )}
        </span>
      ),
    },
    {
      key: 'size',
      title: 'Size',
      align: 'end',
      narrow: 'end',
      cell: ({ 'size-bytes': size }) => (size === null || size === undefined ? null : <Bytes value={size} />),
    },
  ]
}
