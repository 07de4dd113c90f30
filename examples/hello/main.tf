# Everything this configuration makes exists in its state only, so it needs no account anywhere.

terraform {
  required_version = ">= 1.9"

  required_providers {
    local = {
      source  = "hashicorp/local"
      version = ">= 2.5"
    }
    random = {
      source  = "hashicorp/random"
      version = ">= 3.6"
    }
  }
}

# Files of the configuration travel with it. A run has a directory of its own that goes away, so anything worth keeping
# is a resource or an output, not a file that the run writes.
data "local_file" "letter" {
  filename = "${path.module}/letter.tftpl"
}

module "name" {
  source = "./modules/name"

  words = 2
  # A new greeting is for somebody new: changing the variable replaces the name, which the plan shows.
  renew_on = var.greeting
}

resource "random_password" "door" {
  length = 20
}
