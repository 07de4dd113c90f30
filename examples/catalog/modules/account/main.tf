# An account: what everything else of a team is paid from and kept apart by.

terraform {
  required_version = ">= 1.9"

  required_providers {
    random = {
      source  = "hashicorp/random"
      version = ">= 3.6"
    }
  }
}

resource "random_string" "number" {
  length  = 12
  lower   = false
  upper   = false
  special = false

  keepers = {
    name = var.name
  }
}

resource "terraform_data" "account" {
  input = {
    number      = random_string.number.result
    name        = var.name
    owner       = var.owner
    cost_center = var.cost_center
  }
}
