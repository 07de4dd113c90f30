# A network with one subnet in each zone.

terraform {
  required_version = ">= 1.9"

  required_providers {
    random = {
      source  = "hashicorp/random"
      version = ">= 3.6"
    }
  }
}

locals {
  # As many equal parts as the next power of two of the zones.
  bits = ceil(log(max(length(var.zones), 2), 2))
}

resource "random_id" "network" {
  byte_length = 4

  keepers = {
    account = var.account_id
    cidr    = var.cidr
  }
}

resource "terraform_data" "subnet" {
  for_each = { for index, zone in var.zones : zone => cidrsubnet(var.cidr, local.bits, index) }

  input = {
    id   = "subnet-${random_id.network.hex}-${each.key}"
    cidr = each.value
    zone = each.key
  }
}
