// One line of a log: its number as a link to it, its text in the terminal's colours, what was searched for marked.
import { memo } from 'react'
import { classes } from '@/ui/classes'
import { type Piece, piecesOf } from './ansi'
import colours from './ansi.module.css'
import styles from './log.module.css'

interface LogLineProps {
  number: number
  /** Undefined while it is read. */
  text: string | undefined
  /** Small letters. */
  search: string
  isLinked: boolean
  isFound: boolean
  onLink: (number: number) => void
}

export const LogLine = memo(function LogLine({ number, text, search, isLinked, isFound, onLink }: LogLineProps) {
  return (
    <div className={classes(styles.line, isLinked && styles.linked, isFound && styles.found)}>
      <a
        href={`#L${number}`}
        className={styles.number}
        aria-label={`Link to line ${number}`}
        tabIndex={-1}
        onClick={(event) => {
          event.preventDefault()
          onLink(number)
        }}
      >
        {number}
      </a>
      <span>
        {text === undefined ? (
          <span className={styles.coming}>…</span>
        ) : (
          marked(piecesOf(text), search).map((piece, at) => (
            // Pieces of a line have no names and never move.
            // oxlint-disable-next-line react/no-array-index-key
            <Part key={at} piece={piece} />
          ))
        )}
      </span>
    </div>
  )
})

interface MarkedPiece extends Piece {
  readonly isMatch?: boolean
}

function Part({ piece }: { piece: MarkedPiece }) {
  const look = piece.look === '' ? '' : piece.look.split(' ').map((name) => colours[name]).join(' ')
  if (piece.isMatch) return <mark className={classes(styles.match, look)}>{piece.text}</mark>
  return look === '' ? piece.text : <span className={look}>{piece.text}</span>
}

/** Cuts the pieces where `search` begins and ends; it may go over several of them. */
function marked(pieces: readonly Piece[], search: string): readonly MarkedPiece[] {
  if (search === '') return pieces
  const line = pieces.map((piece) => piece.text).join('').toLowerCase()
  const ranges: (readonly [number, number])[] = []
  for (let at = line.indexOf(search); at >= 0; at = line.indexOf(search, at + search.length)) ranges.push([at, at + search.length])
  if (ranges.length === 0) return pieces
  const edges = [...new Set(ranges.flat())]
  let start = 0
  return pieces.flatMap((piece) => {
    const end = start + piece.text.length
    const cuts = [start, ...edges.filter((edge) => edge > start && edge < end), end]
    const parts = cuts.slice(0, -1).map((from, at) => ({
      look: piece.look,
      text: piece.text.slice(from - start, (cuts[at + 1] ?? end) - start),
      isMatch: ranges.some(([first, last]) => from >= first && from < last),
    }))
    start = end
    return parts
  })
}
