// What pages are put together from.
import { useState } from 'react'
import { Button, IconButton } from '@/ui/button'
import { Crumbs } from '@/ui/crumbs'
import { Icon } from '@/ui/icon'
import { Row } from '@/ui/layout'
import { Anchor, Link } from '@/ui/link'
import { Panel, Section } from '@/ui/section'
import { Segmented } from '@/ui/segmented'
import { SplitPane } from '@/ui/split-pane'
import { Tabs } from '@/ui/tabs'
import { Prose, Text } from '@/ui/text'
import { VirtualList } from '@/ui/virtual-list'
import { Kbd } from '@/ui/kbd'
import { Specimen } from './specimen'
import styles from './specimen.module.css'

const HERE = '/app/components'

export function PageSpecimens() {
  const [group, setGroup] = useState<'module' | 'type' | 'action'>('module')
  return (
    <>
      <Specimen
        name="Navigation"
        rule="The last crumb is the page. Tabs change a part of the page and the address; a segmented control only how it is shown."
      >
        <Crumbs crumbs={[{ title: 'shop', to: HERE }, { title: 'shop-prod-orders-db', to: `${HERE}#` }]} page="#214" />
        <Tabs
          label="Parts of a workspace"
          tabs={[
            { title: 'Overview', to: HERE, isActive: true },
            { title: 'Variables', to: HERE, count: 14, isActive: false },
            { title: 'Runs', to: HERE, count: 214, isActive: false },
          ]}
        />
        <Row gap={4} isWrapping>
          <Segmented
            label="Group by"
            value={group}
            onChange={setGroup}
            options={[
              { value: 'module', text: 'Module' },
              { value: 'type', text: 'Type' },
              { value: 'action', text: 'Action' },
            ]}
          />
          <Link to={HERE}>A link</Link>
          <Link to={HERE} look="name">
            shop-prod-orders-db
          </Link>
          <Anchor href="https://opentofu.org">OpenTofu</Anchor>
          <Kbd keys="g w" />
          <Kbd keys="Mod+K" />
        </Row>
      </Specimen>
      <Specimen name="Sections and panels" rule="Content stands on the page. A panel only where something scrolls, is pending, or is one thing to act on.">
        <Section title="Approvals" count={3} isRuled actions={<Button size="sm">Review all</Button>}>
          <Prose>
            <p>A section has a title and what belongs to it. A ruled one has a line below its title.</p>
          </Prose>
        </Section>
        <Panel
          title="Log"
          count="1,204 lines"
          actions={
            <>
              <IconButton icon="search" label="Search the log" />
              <IconButton icon="download" label="Download the log" />
            </>
          }
          footer={<Text level={2}>Written while it ran on build-3.</Text>}
        >
          <Text level={2}>What scrolls stands in a panel.</Text>
        </Panel>
      </Specimen>
      <Specimen name="Long lists and panes" rule="Of a long list only what is seen exists. The divider is dragged, or moved with the arrow keys; its place is kept.">
        <SplitPane
          name="components"
          label="List and text"
          first={
            <Panel isFlush title="100,000 lines">
              <div className={styles.tall}>
                <VirtualList count={100_000} rowHeight={18} isEven label="Lines">
                  {(index) => (
                    <div className={styles.logline}>
                      {index + 1} aws_instance.web[{index}]: Refreshing state…
                    </div>
                  )}
                </VirtualList>
              </div>
            </Panel>
          }
          second={
            <Panel title="Beside it">
              <Row>
                <Icon name="up-down" tone="neutral" />
                <Text level={2}>Narrow, only the first is seen.</Text>
              </Row>
            </Panel>
          }
        />
      </Specimen>
    </>
  )
}
