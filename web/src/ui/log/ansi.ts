// Terminal colours as classes: the sixteen named colours, the 256 and true colours brought to the nearest of them, because
// only those are readable on both of our backgrounds. Everything else a terminal understands is left out.

/** A piece of a line with one look; `look` has names of classes in ansi.module.css. */
export interface Piece {
  readonly text: string
  readonly look: string
}

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const
type Colour = (typeof COLOURS)[number]

interface Look {
  front: Colour | null
  back: Colour | null
  isBold: boolean
  isDim: boolean
  isItalic: boolean
  isUnderlined: boolean
  isStruck: boolean
  isReversed: boolean
}

const plain = (): Look => ({
  front: null,
  back: null,
  isBold: false,
  isDim: false,
  isItalic: false,
  isUnderlined: false,
  isStruck: false,
  isReversed: false,
})

// CSI … final byte; OSC … until BEL or ST; other escapes of two characters; control characters but tab.
// oxlint-disable-next-line no-control-regex
const ESCAPES = /\u001b\[([0-9;:?]*)[ -/]*([@-~])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-Z\\-_]?|[\u0000-\u0008\u000b-\u001f\u007f]/g

/** The pieces of one line. Looks do not go over from one line to the next. */
export function piecesOf(line: string): readonly Piece[] {
  if (!hasControls(line)) return line === '' ? [] : [{ text: line, look: '' }]
  const pieces: Piece[] = []
  const look = plain()
  let at = 0
  const add = (end: number) => {
    if (end > at) pieces.push({ text: line.slice(at, end), look: nameOf(look) })
  }
  for (const found of line.matchAll(ESCAPES)) {
    add(found.index)
    at = found.index + found[0].length
    if (found[2] === 'm') apply(look, found[1] ?? '')
  }
  add(line.length)
  return pieces
}

/** What a person reads of a line. */
export function visibleText(line: string): string {
  return hasControls(line) ? line.replaceAll(ESCAPES, '') : line
}

function hasControls(line: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return /[\u0000-\u0008\u000b-\u001f\u007f]/.test(line)
}

function apply(look: Look, parameters: string) {
  const codes = parameters.split(/[;:]/).map(Number)
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0
    if (code === 38 || code === 48) {
      const [colour, used] = extended(codes.slice(at + 1))
      if (code === 38) look.front = colour
      else look.back = colour
      at += used
    } else set(look, code)
  }
}

function set(look: Look, code: number) {
  if (code === 0) Object.assign(look, plain())
  else if (code >= 30 && code <= 37) look.front = COLOURS[code - 30] ?? null
  else if (code >= 90 && code <= 97) look.front = COLOURS[code - 90] ?? null
  else if (code >= 40 && code <= 47) look.back = COLOURS[code - 40] ?? null
  else if (code >= 100 && code <= 107) look.back = COLOURS[code - 100] ?? null
  else SWITCHES[code]?.(look)
}

const SWITCHES: Record<number, (look: Look) => void> = {
  1: (look) => (look.isBold = true),
  2: (look) => (look.isDim = true),
  3: (look) => (look.isItalic = true),
  4: (look) => (look.isUnderlined = true),
  7: (look) => (look.isReversed = true),
  9: (look) => (look.isStruck = true),
  22: (look) => (look.isBold = look.isDim = false),
  23: (look) => (look.isItalic = false),
  24: (look) => (look.isUnderlined = false),
  27: (look) => (look.isReversed = false),
  29: (look) => (look.isStruck = false),
  39: (look) => (look.front = null),
  49: (look) => (look.back = null),
}

/** The colour after 38 or 48, and how many numbers it took. */
function extended(codes: readonly number[]): [Colour | null, number] {
  if (codes[0] === 5) return [indexed(codes[1] ?? 0), 2]
  if (codes[0] === 2) return [nearest(codes[1] ?? 0, codes[2] ?? 0, codes[3] ?? 0), 4]
  return [null, 0]
}

function indexed(place: number): Colour | null {
  if (place < 16) return COLOURS[place % 8] ?? null
  if (place >= 232) return grey((place - 232) / 23)
  const level = (part: number) => (part === 0 ? 0 : 55 + part * 40)
  const cube = place - 16
  return nearest(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6))
}

function grey(light: number): Colour | null {
  return light < 0.3 ? 'black' : light < 0.7 ? 'white' : null
}

/** The named colour with the nearest hue; greys by how light they are. */
function nearest(red: number, green: number, blue: number): Colour | null {
  const most = Math.max(red, green, blue)
  const least = Math.min(red, green, blue)
  if (most - least < 40) return grey(most / 255)
  const isHigh = (part: number) => part - least > (most - least) / 2
  const place = Number(isHigh(red)) + 2 * Number(isHigh(green)) + 4 * Number(isHigh(blue))
  return COLOURS[place] ?? null
}

function nameOf(look: Look): string {
  const front = look.isReversed ? look.back : look.front
  const back = look.isReversed ? (look.front ?? 'white') : look.back
  return [
    front && front,
    back && `on-${back}`,
    look.isBold && 'bold',
    look.isDim && 'dim',
    look.isItalic && 'italic',
    look.isUnderlined && 'underlined',
    look.isStruck && 'struck',
  ]
    .filter(Boolean)
    .join(' ')
}
