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

/** A hundred changes in each of so many modules. One resource with thousands of instances takes OpenTofu minutes. */
export function many(folder: string, modules: number): string {
  return configuration(join(folder, 'many'), {
    'main.tf': `module "region" {
  for_each = toset([for number in range(${modules}) : "region-\${number}"])
  source   = "./things"
  region   = each.key
}
`,
    'things/main.tf': `variable "region" {
  type = string
}

resource "terraform_data" "thing" {
  count = 100
  input = "\${var.region}-\${count.index}"
}
`,
  })
}

/** Says so many lines while it is applied, ten in a second. */
export function talkative(folder: string, lines: number): string {
  return configuration(join(folder, 'talkative'), {
    'main.tf': `resource "terraform_data" "speaker" {
  provisioner "local-exec" {
    command = "for number in $(seq ${lines}); do echo line $number; sleep 0.1; done"
  }
}
`,
  })
}
