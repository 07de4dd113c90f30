// Which organization is open, and the others.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { addresses } from '@/lib/addresses'
import { Icon } from '@/ui/icon'
import { Matched } from '@/ui/matched'
import { Popover } from '@/ui/popover'
import { TextInput } from '@/ui/text-input'
import { Avatar } from '@/ui/who'
import { Unseen } from '@/ui/unseen'
import { ownOrganizations, useCurrentOrganization } from './caller'
import styles from './organization-switch.module.css'

// So many are seen at once; beyond that one searches.
const MANY = 8

export function OrganizationSwitch() {
  const open = useCurrentOrganization()
  if (open === '') return null
  return (
    <Popover
      label="Organizations"
      align="start"
      trigger={
        <button type="button" className={styles.switch}>
          <Avatar name={open} kind="organization" />
          <Unseen>Organization </Unseen>
          <span className={styles.name}>{open}</span>
          <Unseen>, change</Unseen>
          <Icon name="up-down" />
        </button>
      }
    >
      {(close) => <Organizations open={open} onClose={close} />}
    </Popover>
  )
}

function Organizations({ open, onClose }: { open: string; onClose: () => void }) {
  const [typed, setTyped] = useState('')
  const list = useQuery(ownOrganizations()).data?.data ?? []
  const names = list.map((organization) => organization.attributes.name)
  const sought = typed.trim().toLowerCase()
  const shown = names.filter((name) => name.toLowerCase().includes(sought))
  return (
    <div className={styles.panel}>
      {names.length > MANY && (
        <TextInput label="Find an organization" isLabelHidden isSmall autoFocus icon="search" value={typed} onChange={setTyped} />
      )}
      <ul className={styles.list}>
        {shown.map((name) => (
          <li key={name}>
            <Link to={addresses.organization(name)} className={styles.item} onClick={onClose}>
              <Avatar name={name} kind="organization" />
              <span className={styles.name}>
                <Matched text={name} sought={sought} />
              </span>
              {name === open && <Icon name="check" tone="accent" label="open" />}
            </Link>
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className={styles.none}>No organization of yours is called like that.</p>}
    </div>
  )
}
