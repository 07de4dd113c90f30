// How a resource would be called, while the pattern is typed.
import { Fragment } from 'react'
import { exampleOf, wordsFromElsewhere } from './naming'
import styles from './templates.module.css'

export function NamingExample({ pattern, organization, template }: { pattern: string; organization: string; template: string }) {
  if (pattern.trim() === '') return 'How its resources are called; without it people choose. Placeholders stand in braces: {project}-db.'
  const parts = exampleOf(pattern.trim(), { organization, template })
  if (!parts) return 'A placeholder stands in braces: {project}-{environment}-db.'
  const elsewhere = wordsFromElsewhere(parts)
  return (
    <>
      A resource would be called{' '}
      <code className={styles.name}>
        {parts.map(({ text, word }, at) => (
          // Parts have no identity but their place.
          // oxlint-disable-next-line react/no-array-index-key
          <Fragment key={at}>{word ? <b>{text}</b> : text}</Fragment>
        ))}
      </code>
      .
      {elsewhere.length > 0 && (
        <>
          {' '}
          {elsewhere.map((word) => (
            <Fragment key={word}>
              <code>{word}</code>{' '}
            </Fragment>
          ))}
          {elsewhere.length === 1 ? 'comes' : 'come'} from a variable of the resource, an output of what it stands on, or a setting.
        </>
      )}
    </>
  )
}
