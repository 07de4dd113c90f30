// A blueprint as somebody writes it: YAML or JSON. Where something is wrong is known by its line; pure.
import { type Document, isNode, LineCounter, parseDocument, type YAMLParseError } from 'yaml'
import { catalogDocument } from '@/lib/catalog-document'
import type { Blueprint, Description } from '../queries'

/** Something wrong with what was written. */
export interface Problem {
  /** From 1; null where no line is meant. */
  readonly line: number | null
  readonly message: string
}

export interface Written {
  /** Null while it is no blueprint. */
  readonly described: Description | null
  readonly problems: readonly Problem[]
  /** The line of what a pointer of the server names: `/data/attributes/parts/orders/template`. */
  readonly lineOf: (pointer: string) => number | null
}

const MOST_ALIASES = 100
const LISTS = ['constants', 'externals', 'parts', 'wires'] as const

export function readBlueprint(text: string): Written {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const lineAt = (offset: number | undefined) => (offset === undefined ? null : lines.linePos(offset).line)
  const none = { described: null, lineOf: () => null }
  if (document.errors.length > 0) {
    return { ...none, problems: document.errors.map((error) => ({ line: lineAt(error.pos[0]), message: errorWords(error) })) }
  }
  const whole = plain(document)
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) return { ...none, problems: [{ line: null, message: 'A blueprint has a name and parts.' }] }
  // A document of the catalog says its kind; the API knows it without.
  const { kind = 'blueprint', ...described } = whole as Description & { readonly kind?: unknown }
  if (kind !== 'blueprint') {
    return { ...none, problems: [{ line: lineAt(offsetOf(document, ['kind'])), message: `This is of the kind ${String(kind)}: Apply files, at the templates, takes it.` }] }
  }
  const wrong = LISTS.filter((list) => !isListOfObjects(described[list]))
  if (wrong.length > 0) return { ...none, problems: wrong.map((list) => ({ line: lineAt(offsetOf(document, [list])), message: `${list} is a list.` })) }
  return { described, problems: [], lineOf: (pointer) => lineAt(offsetOf(document, placeOf(described, pointer))) }
}

function errorWords({ code, message }: YAMLParseError): string {
  if (code === 'MULTIPLE_DOCS') return 'Here begins another document. Keep the one of the blueprint; slipway catalog apply takes all of them.'
  return `This is not YAML: ${message.split('\n')[0] ?? ''}`
}

function isListOfObjects(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.every((one) => typeof one === 'object' && one !== null))
}

function plain(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES })
  } catch {
    return null
  }
}

/** The server names parts, externals and constants by their names; documents have them by their places. */
function placeOf(described: Description, pointer: string): readonly (string | number)[] {
  const [list = '', name = '', ...rest] = pointer.replace('/data/attributes/', '').split('/')
  const rows = described[list as (typeof LISTS)[number]]
  if (!Array.isArray(rows)) return [list]
  const at = rows.findIndex((row) => 'name' in row && row.name === name)
  const place = at >= 0 ? at : Number(name)
  return Number.isInteger(place) ? [list, place, ...rest] : [list]
}

/** Where it begins, or what it stands in where it is not written. */
function offsetOf(document: Document, path: readonly (string | number)[]): number | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true)
    if (isNode(node)) return node.range?.[0]
  }
  return undefined
}

/** As a file that makes it again, by hand or by `slipway catalog apply`: what is empty is left out. */
export function writeBlueprint({ name, description, labels, constants, externals, parts, wires }: Blueprint['attributes']): string {
  const full = {
    name,
    description,
    labels,
    constants: constants.map(undescribed),
    externals: externals.map(undescribed),
    parts: parts.map(shortened),
    wires: wires.map((wire) => ({ ...wire, from: shortened(wire.from) })),
  }
  return catalogDocument('blueprint', shortened(full), { lists: ['stands-on', 'labels'], rows: ['wires'] })
}

/** Without a description that says nothing; an empty default is one. */
function undescribed<Row extends { readonly description?: string }>({ description = '', ...row }: Row): object {
  return description === '' ? row : { ...row, description }
}

function shortened<Value extends object>(value: Value): object {
  const isSaid = (one: unknown) => one !== null && one !== undefined && one !== '' && !(typeof one === 'object' && Object.keys(one).length === 0)
  return Object.fromEntries(Object.entries(value).filter(([, one]) => isSaid(one)))
}

export const EXAMPLE = `kind: blueprint
name: shop
description: Everything that a shop needs
constants:                       # asked when it is used
  - name: zone
    description: Where it stands
externals:                       # resources that are there, chosen when it is used
  - name: region
    template: region
parts:                           # resources that are made
  - name: net
    template: network
    stands-on: [region]
  - name: orders
    template: database
    stands-on: [net]
wires:                           # where values come from
  - {from: {constant: zone}, to: {part: net, variable: zone}}
  - {from: {part: net, output: network_id}, to: {part: orders, variable: network_id}}
`
