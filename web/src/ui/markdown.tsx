// Text that people wrote in Markdown. It becomes elements of React and never HTML: tags in it are shown as they were
// typed, pictures are links, and links lead only to pages and mail addresses.
import { lexer, type MarkedToken, type Token, type Tokens } from 'marked'
import { Fragment, type ReactNode } from 'react'
import { Code } from './code'
import { Anchor } from './link'
import { addressIn, decoded, languageOf } from './markdown-words'
import styles from './markdown.module.css'

/** Its headings stand below one of the second level. */
export function Markdown({ text }: { text: string }) {
  return <div className={styles.markdown}>{all(lexer(text, { gfm: true }))}</div>
}

function all(tokens: readonly Token[] | undefined): ReactNode {
  // Parts of a text have no identity but their place.
  // oxlint-disable-next-line react/no-array-index-key
  return tokens?.map((token, at) => <Fragment key={at}>{shown(token as MarkedToken)}</Fragment>)
}

function shown(token: MarkedToken): ReactNode {
  switch (token.type) {
    case 'space':
    case 'def':
      return null
    case 'heading':
      return <Heading depth={token.depth}>{all(token.tokens)}</Heading>
    case 'paragraph':
      return <p>{all(token.tokens)}</p>
    case 'text':
      return token.tokens ? all(token.tokens) : decoded(token.text)
    case 'list':
      return <List list={token} />
    case 'blockquote':
      return <blockquote>{all(token.tokens)}</blockquote>
    case 'code':
      return <Code text={token.text} language={languageOf(token.lang)} copy="the code" />
    case 'hr':
      return <hr />
    case 'table':
      return <Rows table={token} />
    case 'strong':
      return <strong>{all(token.tokens)}</strong>
    case 'em':
      return <em>{all(token.tokens)}</em>
    case 'del':
      return <del>{all(token.tokens)}</del>
    case 'codespan':
      return <code>{token.text}</code>
    case 'br':
      return <br />
    case 'escape':
      return token.text
    case 'link':
      return <Leads to={token.href}>{all(token.tokens)}</Leads>
    case 'image':
      return <Leads to={token.href}>{token.text || 'picture'}</Leads>
    case 'checkbox':
      return <span className={styles.box}>{token.checked ? '☑' : '☐'} </span>
    default:
      // HTML among it, as it was typed.
      return token.raw
  }
}

function Heading({ depth, children }: { depth: number; children: ReactNode }) {
  if (depth === 1) return <h3>{children}</h3>
  if (depth === 2) return <h4>{children}</h4>
  return <h5>{children}</h5>
}

function List({ list }: { list: Tokens.List }) {
  const items = list.items.map((item, at) => (
    // oxlint-disable-next-line react/no-array-index-key
    <li key={at}>{all(item.tokens)}</li>
  ))
  return list.ordered ? <ol start={list.start || 1}>{items}</ol> : <ul>{items}</ul>
}

/** What leads nowhere safe is only text. */
function Leads({ to, children }: { to: string; children: ReactNode }) {
  const address = addressIn(to)
  return address ? <Anchor href={address}>{children}</Anchor> : <span>{children}</span>
}

function Rows({ table }: { table: Tokens.Table }) {
  return (
    // Wide tables scroll; the keyboard must reach them.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.table} tabIndex={0} role="group" aria-label="Table">
      <table>
        <thead>
          <tr>
            {table.header.map((cell, at) => (
              // oxlint-disable-next-line react/no-array-index-key
              <th key={at} scope="col">
                {all(cell.tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, at) => (
            // oxlint-disable-next-line react/no-array-index-key
            <tr key={at}>
              {row.map((cell, place) => (
                // oxlint-disable-next-line react/no-array-index-key
                <td key={place}>{all(cell.tokens)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
