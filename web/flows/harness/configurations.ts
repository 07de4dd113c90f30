// The configurations of the flows: real ones, for real OpenTofu.
import { join } from 'node:path'
import { configuration } from './api'

/** Two outputs, a variable, and things that cost nothing. */
export function shop(folder: string): string {
  return configuration(join(folder, 'shop'), {
    'main.tf': `variable "greeting" {
  type    = string
  default = "Hello"
}

resource "terraform_data" "letter" {
  input = var.greeting
}

resource "random_pet" "name" {}

output "letter" {
  value = "\${terraform_data.letter.output}, \${random_pet.name.id}!"
}

output "door" {
  value     = "open \${random_pet.name.id}"
  sensitive = true
}
`,
    'versions.tf': 'terraform {\n  required_providers {\n    random = { source = "hashicorp/random" }\n  }\n}\n',
  })
}

/** Refers to what is not there. */
export function broken(folder: string): string {
  return configuration(join(folder, 'broken'), {
    'main.tf': 'resource "terraform_data" "first" {\n  input = "here"\n}\n\noutput "broken" {\n  value = terraform_data.second.output\n}\n',
  })
}

/** Takes its time: an apply that somebody can cancel. */
export function slow(folder: string, milliseconds: number): string {
  return configuration(join(folder, 'slow'), {
    'main.tf': `terraform {
  required_providers {
    test = { source = "slipway/test" }
  }
}

resource "test_instance" "one" {
  latency_ms = ${milliseconds}
}
`,
  })
}

/** So many changes, of which few are looked for: in modules, with keys. */
export function many(folder: string, count: number): string {
  const module = 'variable "names" {\n  type = set(string)\n}\n\nresource "terraform_data" "thing" {\n  for_each = var.names\n  input    = each.key\n}\n'
  // A range ends at 1,024 values.
  const side = Math.floor(Math.sqrt(count / 2))
  const rest = count - side * side
  return configuration(join(folder, 'many'), {
    'main.tf': `module "north" {
  source = "./things"
  names  = [for pair in setproduct(range(${side}), range(${side})) : "north-\${pair[0] * ${side} + pair[1]}"]
}

resource "terraform_data" "plain" {
  count = ${rest}
  input = count.index
}
`,
    'things/main.tf': module,
  })
}
