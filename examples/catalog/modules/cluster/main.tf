# A cluster with pools of nodes, spread over the subnets of a network.

terraform {
  required_version = ">= 1.9"

  required_providers {
    random = {
      source  = "hashicorp/random"
      version = ">= 3.6"
    }
  }
}

resource "random_id" "cluster" {
  byte_length = 6

  keepers = {
    network = var.network_id
  }
}

resource "random_password" "token" {
  length  = 32
  special = false
}

resource "terraform_data" "pool" {
  for_each = var.node_pools

  input = {
    cluster = random_id.cluster.hex
    size    = each.value.size
    count   = each.value.count
    labels  = merge({ pool = each.key }, each.value.labels)
    subnets = [for subnet in var.subnets : subnet.id]
  }
}
