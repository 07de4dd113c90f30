// What a role allows, object by object; with `onChange` it can be ticked.
import { Checkbox } from '@/ui/choice'
import { classes } from '@/ui/classes'
import { Icon } from '@/ui/icon'
import { covers, groupTitle, type PermissionGroup } from './permissions'
import styles from './matrix.module.css'

interface MatrixProps {
  groups: readonly PermissionGroup[]
  /** The role's nodes. */
  nodes: readonly string[]
  onChange?: (nodes: readonly string[]) => void
}

export function Matrix({ groups, nodes, onChange }: MatrixProps) {
  return (
    <div className={styles.matrix}>
      {groups.map((group) => (
        <Group key={group.name} group={group} nodes={nodes} {...(onChange && { onChange })} />
      ))}
    </div>
  )
}

function Group({ group, nodes, onChange }: { group: PermissionGroup; nodes: readonly string[]; onChange?: MatrixProps['onChange'] }) {
  const names = group.permissions.map(({ name }) => name)
  const allowed = names.filter((name) => covers(nodes, name))
  const isWhole = covers(nodes, group.name)
  const others = nodes.filter((node) => node !== group.name && !node.startsWith(`${group.name}.`))
  const toggle = (name: string, isOn: boolean) =>
    onChange?.([...others, ...(isOn ? [...allowed, name] : allowed.filter((one) => one !== name))])
  return (
    <fieldset className={styles.group}>
      <legend className={styles.head}>
        <h3>{groupTitle(group.name)}</h3>
        <span className={styles.count}>
          {isWhole ? 'everything, also what is added later' : `${allowed.length} of ${names.length}`}
        </span>
      </legend>
      {onChange && (
        <div className={styles.whole}>
          <Checkbox
            label={`Everything of ${groupTitle(group.name).toLowerCase()}, also what is added later`}
            value={isWhole}
            isSome={!isWhole && allowed.length > 0}
            onChange={(isOn) => onChange([...others, ...(isOn ? [group.name] : [])])}
          />
        </div>
      )}
      <ul>
        {group.permissions.map(({ name, description }) => {
          const isOn = allowed.includes(name)
          return (
            <li key={name} className={classes(styles.row, !isOn && !onChange && styles.off)}>
              {onChange ? (
                <Checkbox label={`${name}: ${description}`} isLabelHidden value={isOn} onChange={(next) => toggle(name, next)} />
              ) : (
                <Icon name={isOn ? 'check' : 'minus'} tone={isOn ? 'success' : 'neutral'} label={isOn ? 'Allowed:' : 'Not allowed:'} />
              )}
              <span>{description}</span>
              <code>{name}</code>
            </li>
          )
        })}
      </ul>
    </fieldset>
  )
}
