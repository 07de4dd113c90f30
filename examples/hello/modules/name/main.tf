# A random name of a few words.

terraform {
  required_providers {
    random = {
      source = "hashicorp/random"
    }
  }
}

variable "words" {
  description = "How many words the name has."
  type        = number
}

variable "renew_on" {
  description = "A change of this value gives another name."
  type        = string
}

resource "random_pet" "name" {
  length = var.words

  keepers = {
    renew_on = var.renew_on
  }
}

output "name" {
  description = "The words, joined by dashes."
  value       = random_pet.name.id
}
