// A repository by its address, where no forge lists them.
import { useState } from 'react'
import { Button } from '@/ui/button'
import { TextInput } from '@/ui/text-input'
import styles from '../repositories.module.css'

interface ByAddressProps {
  /** What addresses begin with, where the integration says so. */
  beginning: string
  onPick: (identifier: string) => void
  refusal: string | null
  isBusy: boolean
}

export function ByAddress({ beginning, onPick, refusal, isBusy }: ByAddressProps) {
  const [address, setAddress] = useState(beginning === '' ? '' : `${beginning.replace(/\/+$/, '')}/`)
  const isEmpty = address.trim() === '' || address.trim() === beginning
  return (
    <form
      className={styles.finder}
      onSubmit={(event) => {
        event.preventDefault()
        if (!isEmpty && !refusal) onPick(address.trim())
      }}
    >
      <TextInput
        label="Address of the repository"
        isMono
        value={address}
        onChange={setAddress}
        placeholder="https://git.example.com/platform/infra.git"
        help="As one clones it: https:// or ssh://."
      />
      <div>
        <Button type="submit" icon="search" isBusy={isBusy} disabledReason={refusal ?? (isEmpty ? 'Type its address first.' : null)}>
          Find it
        </Button>
      </div>
    </form>
  )
}
