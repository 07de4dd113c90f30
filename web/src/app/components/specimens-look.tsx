// Colour, type, icons, buttons.
import { Button, ButtonGroup, IconButton, LinkButton } from '@/ui/button'
import { Icon, type IconName } from '@/ui/icon'
import { shapes } from '@/ui/icon-shapes'
import { Row } from '@/ui/layout'
import { Text } from '@/ui/text'
import { Specimen } from './specimen'
import styles from './specimen.module.css'

const NEUTRALS = Array.from({ length: 13 }, (_, at) => `n-${at}`)
const NAMED = ['accent-solid', 'accent-fg', 'accent-bg', 'accent-line', 'selected', 'hover', 'sunken', 'raised']

export function LookSpecimens() {
  return (
    <>
      <Specimen name="Colour" rule="Neutral slate, one accent, five families of status. The accent means: yours to act.">
        <Swatches names={NEUTRALS} />
        <Swatches names={NAMED} />
      </Specimen>
      <Specimen
        name="Type"
        rule="System faces, three weights. The largest text is 20 px: weight, colour and space make the order. Numerals are tabular."
      >
        <div className={styles.types}>
          <code>20/28 600</code>
          <h1>Encrypt orders database</h1>
          <code>16/24 600</code>
          <span className={styles.large}>Delete workspace sandbox-dana</span>
          <code>14/20 600</code>
          <h2>Diagnostics</h2>
          <code>13/20 400</code>
          <span>48 resources, 2 replaced. Started 14:02:11, waiting 4 min 07 s</span>
          <code>12/16 400</code>
          <Text level={3} isSmall>
            Found by the check at 08:00
          </Text>
          <code>mono 12</code>
          <Text isMono>run-7kq2vnxe9pldm3t0 4f9c2e1 1.12.6</Text>
        </div>
      </Specimen>
      <Specimen name="Icons" rule="16 px, 1.5 px stroke. Every status has its own outline; without a word only with a label.">
        <div className={styles.icons}>
          {(Object.keys(shapes) as IconName[]).map((name) => (
            <span key={name}>
              <Icon name={name} />
              {name}
            </span>
          ))}
        </div>
      </Specimen>
      <Buttons />
    </>
  )
}

function Buttons() {
  return (
    <Specimen
      name="Buttons"
      rule="One primary on a page. Verbs, sentence case. An ellipsis says that a question follows. A button that cannot be used says why."
    >
      <Row isWrapping gap={3}>
        <Button look="primary">Confirm and apply…</Button>
        <Button>Discard</Button>
        <Button look="quiet">Columns</Button>
        <Button look="danger">Destroy</Button>
        <Button look="danger-quiet">Delete…</Button>
        <Button icon="refresh">Restart</Button>
        <LinkButton to="/app/components" icon="plus" look="primary">
          New workspace
        </LinkButton>
        <IconButton icon="more" label="More" look="default" size="md" />
        <ButtonGroup label="Plan">
          <Button look="primary">Plan</Button>
          <IconButton icon="chevron-down" label="More ways to plan" look="primary" size="md" />
        </ButtonGroup>
      </Row>
      <Row isWrapping gap={3}>
        <Button size="sm" look="primary">
          Review
        </Button>
        <Button size="sm">Compare</Button>
        <Button size="sm" look="quiet" icon="terminal">
          Open logs
        </Button>
        <IconButton icon="copy" label="Copy" />
        <Button isBusy>Planning</Button>
        <Button look="primary" isBusy>
          Saving
        </Button>
        <Button disabledReason="sam@example.com locked this workspace: key ceremony. Unlock it first.">Apply</Button>
        <Button size="sm" look="primary" disabledReason="You may read this workspace, not apply to it. Its administrators can.">
          Apply
        </Button>
      </Row>
    </Specimen>
  )
}

function Swatches({ names }: { names: readonly string[] }) {
  return (
    <div className={styles.swatches}>
      {names.map((name) => (
        <div key={name}>
          <i style={{ background: `var(--${name})` }} />
          <span title={name}>{name}</span>
        </div>
      ))}
    </div>
  )
}
