// The keys that an SSH server shows now, to be compared with what its operator says, and pinned.
import { useMutation } from '@tanstack/react-query'
import { toApiError } from '@/api/errors'
import { call } from '@/api/query'
import { ErrorNotice } from '@/ui/alert'
import { Button } from '@/ui/button'
import { Stack } from '@/ui/layout'
import styles from './integrations.module.css'

interface HostKeysProps {
  organization: string
  /** The address of the server, as it is typed. */
  address: string
  onPin: (lines: string) => void
  disabledReason: string | null
}

export function HostKeys({ organization, address, onPin, disabledReason }: HostKeysProps) {
  const ask = useMutation({
    mutationFn: () =>
      call('post', '/api/v2/organizations/{organization}/repositories/actions/host-keys', {
        params: { path: { organization } },
        body: { address: address.trim() },
      }),
  })
  const shown = ask.data?.data.attributes
  return (
    <Stack gap={2}>
      <div>
        <Button
          size="sm"
          icon="eye"
          isBusy={ask.isPending}
          disabledReason={disabledReason ?? (address.trim() === '' ? 'Type the address of the server first.' : null)}
          onClick={() => ask.mutate()}
        >
          Show the server’s keys
        </Button>
      </div>
      {ask.error && <ErrorNotice error={toApiError(ask.error)} />}
      {shown && (
        <div className={styles.keys}>
          <p>
            {shown.host} shows these now. Nothing proves yet that they are its own: compare them with what its operator says, then pin them.
          </p>
          <ul className={styles.rights} aria-label="Host keys">
            {shown.keys.map(({ kind, fingerprint }) => (
              <li key={fingerprint}>
                <code>{kind}</code> <code>{fingerprint}</code>
              </li>
            ))}
          </ul>
          <div>
            <Button size="sm" icon="lock" onClick={() => onPin(shown.keys.map(({ line }) => line).join('\n'))}>
              Pin them
            </Button>
          </div>
        </div>
      )}
    </Stack>
  )
}
