// How the caller signs in. Passwords, second factors and identities are changed on pages of the server itself, which ask
// for the password again and work without scripts.
import { useSuspenseQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { get } from '@/api/query'
import { Icon, type IconName, type Tone } from '@/ui/icon'
import { Anchor } from '@/ui/link'
import { PageHead } from '@/ui/page-head'
import { Section } from '@/ui/section'
import styles from './security.module.css'

export default function Security() {
  const { data: document } = useSuspenseQuery(get('/api/v2/account/details'))
  const isOn = document.data.attributes['two-factor']?.verified ?? false
  return (
    <>
      <PageHead title="Sign-in" meta="These open pages of the server, which ask for your password again." />
      <Section title="How you sign in" isRuled>
        <ul className={styles.ways}>
          <Way icon="key" name="Password" link={<Anchor href="/account/password">Change password</Anchor>}>
            At least 12 characters, without your name in it. Changing it signs out all other browsers; tokens still work.
          </Way>
          <Way
            icon={isOn ? 'ok' : 'warning'}
            tone={isOn ? 'success' : 'warning'}
            name={isOn ? 'Second factor is on' : 'Second factor is off'}
            link={<Anchor href="/account/second-factor">{isOn ? 'Recovery codes, turn off' : 'Set it up'}</Anchor>}
          >
            {isOn
              ? 'A code of your app is asked for at each sign-in. Recovery codes work once each, when the app is lost.'
              : 'An app for one-time passwords keeps others out who know your password. It takes a minute.'}
          </Way>
          <Way icon="link" name="Connected identities" link={<Anchor href="/account/identities">Link or remove</Anchor>}>
            Accounts at your company’s or another identity provider that sign you in here.
          </Way>
        </ul>
      </Section>
    </>
  )
}

interface WayProps {
  icon: IconName
  tone?: Tone
  name: string
  link: ReactNode
  children: ReactNode
}

function Way({ icon, tone, name, link, children }: WayProps) {
  return (
    <li className={styles.way}>
      <Icon name={icon} tone={tone ?? 'neutral'} />
      <div>
        <strong>{name}</strong>
        <p>{children}</p>
      </div>
      <span className={styles.link}>{link}</span>
    </li>
  )
}
