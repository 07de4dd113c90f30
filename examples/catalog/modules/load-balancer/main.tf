# A load balancer in front of what stands in a network.

terraform {
  required_version = ">= 1.9"

  required_providers {
    random = {
      source  = "hashicorp/random"
      version = ">= 3.6"
    }
  }
}

resource "random_id" "address" {
  byte_length = 3

  keepers = {
    network = var.network_id
  }
}

resource "terraform_data" "listener" {
  for_each = { for listener in var.listeners : tostring(listener.port) => listener }

  input = {
    port     = each.value.port
    protocol = each.value.protocol
    backend  = each.value.backend
    subnets  = [for subnet in var.subnets : subnet.id]
  }
}
