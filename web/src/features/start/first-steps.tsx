// What somebody sees who has just made an organization: three steps to the first applied change.
import { addresses } from '@/lib/addresses'
import { Button, LinkButton } from '@/ui/button'
import { Command } from '@/ui/command'
import { Rail } from '@/ui/rail'
import { Section } from '@/ui/section'
import styles from './first-steps.module.css'

export function FirstSteps({ organization, mayCreate }: { organization: string; mayCreate: boolean }) {
  const refused = mayCreate ? null : `You may not create workspaces in ${organization}. Ask one of its administrators.`
  const step = (command: string, text: string) => (
    <span className={styles.step}>
      {text}
      <Command text={command} />
    </span>
  )
  return (
    <div className={styles.columns}>
      <div>
        <Section title="With a folder, here" isRuled>
          <div className={styles.upload}>
            <p>
              A workspace holds one configuration, its variables and its state. Choose the folder with your <code>.tf</code> files: the
              first plan shows what would be made, and nothing is changed before you confirm it.
            </p>
            {mayCreate ? (
              <LinkButton to={addresses.newWorkspace(organization)} look="primary" icon="upload">
                Upload a folder
              </LinkButton>
            ) : (
              <Button look="primary" icon="upload" disabledReason={refused}>
                Upload a folder
              </Button>
            )}
          </div>
        </Section>
      </div>
      <div>
        <Section title="From a terminal" isRuled>
          <div className={styles.rail}>
            <Rail
              label="First steps"
              stations={[
                {
                  name: 'Sign in',
                  icon: 'key',
                  place: 'now',
                  detail: step(`slipway login ${window.location.origin}`, 'Opens this site in the browser; the token stays on your machine.'),
                },
                {
                  name: 'Tie the folder to a workspace',
                  icon: 'link',
                  place: 'todo',
                  detail: step(
                    `slipway init --organization ${organization} --workspace shop-production --create`,
                    'In the folder with your .tf files. Writes slipway.toml.',
                  ),
                },
                {
                  name: 'Plan, look, say yes',
                  icon: 'run',
                  place: 'todo',
                  detail: step('slipway apply', 'Uploads the folder, shows the plan and asks. The run is then on this page, too.'),
                },
              ]}
            />
          </div>
        </Section>
      </div>
    </div>
  )
}
