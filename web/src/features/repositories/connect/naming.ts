// Names for workspaces from directories, and the same as commands; pure.

export interface Wanted {
  /** The directory; empty for the top. */
  readonly directory: string
  readonly name: string
}

/** `platform/infra` and `live/prod` become `infra-live-prod`. */
export function suggestedName(repository: string, directory: string): string {
  const last = repository.replace(/\.git$/, '').split(/[/:]/).at(-1) ?? repository
  return [last, ...directory.split('/')]
    .filter((part) => part !== '' && part !== '.')
    .map((part) => part.replaceAll(/[^\w-]+/g, '-').replaceAll(/^-+|-+$/g, ''))
    .filter((part) => part !== '')
    .join('-')
    .slice(0, 90)
}

/** The directory of a root's id: the top is `.`. */
export const directoryOf = (id: string) => (id === '.' ? '' : id)

/** The id of a directory's root. */
export const idOf = (directory: string) => (directory === '' ? '.' : directory)

/** What is wrong with the names, by directory; what the server says comes on top. */
export function wrongNames(wanted: readonly Wanted[]): Readonly<Record<string, string>> {
  const wrong: Record<string, string> = {}
  for (const { directory, name } of wanted) {
    if (name.trim() === '') wrong[idOf(directory)] = 'It needs a name.'
    else if (wanted.some((other) => other.directory !== directory && other.name.trim() === name.trim())) wrong[idOf(directory)] = 'Two cannot have the same name.'
  }
  return wrong
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

interface CommandOf {
  readonly repository: string
  readonly integration: string | null
  readonly branch: string
  readonly project: string | null
  readonly autoApply: boolean
  readonly start: boolean
  readonly plansPullRequests: boolean
}

/** A line for each workspace. */
export function commandsOf(wanted: readonly Wanted[], { repository, integration, branch, project, autoApply, start, plansPullRequests }: CommandOf): string {
  const shown = wanted.length === 0 ? [{ directory: 'DIRECTORY', name: 'NAME' }] : wanted
  return shown
    .map(({ directory, name }) =>
      [
        `slipway workspace create ${quoted(name || 'NAME')} --repo ${quoted(repository)}`,
        integration && `--integration ${quoted(integration)}`,
        directory && `--dir ${quoted(directory)}`,
        branch && `--branch ${quoted(branch)}`,
        project && `--project ${quoted(project)}`,
        autoApply && '--auto-apply true',
        !plansPullRequests && '--plan-pull-requests false',
        start && '--start',
      ]
        .filter(Boolean)
        .join(' '),
    )
    .join('\n')
}
